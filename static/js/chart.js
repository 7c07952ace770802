// The price chart: candles and volume, with indicators to switch on. What it shows is in a table
// as well, so that nothing is lost without it.

import { headers } from "./token.js";

const INDICATORS = {
  sma_20: ["sma_20"], sma_50: ["sma_50"], sma_200: ["sma_200"], ema_12: ["ema_12"], ema_26: ["ema_26"],
  bollinger: ["bollinger_upper", "bollinger_middle", "bollinger_lower"],
  rsi_14: ["rsi_14"], macd: ["macd", "macd_signal", "macd_histogram"], atr_14: ["atr_14"],
};
const PANES = new Set(["rsi_14", "macd", "atr_14"]);
const TONES = ["--accent", "--warn", "--simulated", "--down", "--up", "--quiet"];
const wanted = { range: "1y", interval: "1d", indicators: new Set() };
let chart, history, asked = 0;
// The history that is drawn, or being fetched: each is asked for once.
let version;

// Colours are light-dark() pairs: only an element can tell which one holds.
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function say(text) {
  const line = document.getElementById("chart-said");
  if (line) line.textContent = text;
}

const points = (values) => history.days.map((time, n) => (values[n] === null ? { time } : { time, value: values[n] }));

function addIndicator(name, tone) {
  const { LineSeries, HistogramSeries } = LightweightCharts;
  const pane = PANES.has(name) ? chart.panes().length : 0;
  for (const [n, column] of INDICATORS[name].entries()) {
    const kind = column === "macd_histogram" ? HistogramSeries : LineSeries;
    const options = { color: colour(TONES[(tone + n) % TONES.length]), lineWidth: 1.5, priceLineVisible: false, lastValueVisible: PANES.has(name), title: n ? "" : name.replace("_", " ").toUpperCase() };
    chart.addSeries(kind, options, pane).setData(points(history.indicators[column]));
  }
}

function draw() {
  const place = document.getElementById("chart");
  chart?.remove();
  chart = undefined;
  if (!place || !history) return;
  const { createChart, CandlestickSeries, HistogramSeries } = LightweightCharts;
  const [up, down, line] = ["--up", "--down", "--line"].map(colour);
  chart = createChart(place, {
    autoSize: true,
    layout: { background: { color: colour("--ground") }, textColor: colour("--quiet"), fontSize: 11, panes: { separatorColor: line }, attributionLogo: false },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line },
    localization: { locale: "en-GB" },
  });
  const candles = chart.addSeries(CandlestickSeries, { upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false });
  candles.setData(history.days.map((time, n) => ({ time, open: history.open[n], high: history.high[n], low: history.low[n], close: history.close[n] })));
  candles.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: 0.22 } });
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, priceLineVisible: false, lastValueVisible: false, color: line });
  volume.setData(history.days.map((time, n) => ({ time, value: history.volume[n] })));
  chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  [...wanted.indicators].forEach(addIndicator);
  chart.timeScale().fitContent();
}

function mark() {
  for (const name of ["range", "interval"]) {
    for (const button of document.querySelectorAll(`#chart-tools [data-${name}]`)) {
      button.setAttribute("aria-pressed", String(button.dataset[name] === wanted[name]));
    }
  }
}

async function load(changes = {}) {
  const place = document.getElementById("chart");
  if (!place || !globalThis.LightweightCharts) return;
  const turn = ++asked, next = { ...wanted, ...changes };
  version = place.dataset.version;
  document.getElementById("chart-tools").hidden = false;
  const query = new URLSearchParams({ range: next.range, interval: next.interval });
  try {
    const answer = await fetch(`/api/history/${encodeURIComponent(place.dataset.symbol)}?${query}`, { headers });
    if (turn !== asked) return;
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    const told = await answer.json();
    if (turn !== asked) return;
    history = told;
    Object.assign(wanted, changes);
    mark();
    say("");
    draw();
  } catch {
    if (turn === asked) say("The chart could not be loaded; the table below holds the prices by month.");
  }
}

function press(button) {
  const { range, interval, indicator } = button.dataset;
  if (indicator) {
    if (!wanted.indicators.delete(indicator)) wanted.indicators.add(indicator);
    button.setAttribute("aria-pressed", String(wanted.indicators.has(indicator)));
    draw();
    return;
  }
  load(range ? { range } : { interval });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#chart-tools button");
  if (button) press(button);
});
document.addEventListener("htmx:after:swap", () => {
  const place = document.getElementById("chart");
  if (place && place.dataset.version !== version) load();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

load();
