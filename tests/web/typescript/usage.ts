// How somebody uses the generated types: compiled by a test, never run.
import type { components, operations, paths } from "./api";

type Task = components["schemas"]["Task"];
type Problem = components["schemas"]["Problem"];
type Quote = components["schemas"]["CachedQuote"];
type Refresh = operations["refresh"]["responses"][200]["content"]["application/json"];
type Started =
  paths["/api/watchlist/live-prices-async"]["post"]["responses"][202]["content"]["application/json"];
type NewItem = paths["/api/watchlist"]["post"]["requestBody"]["content"]["application/json"];

async function read<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) {
    const problem: Problem = await answer.json();
    throw new Error(`${problem.code}: ${problem.detail}`);
  }
  return answer.json() as Promise<T>;
}

export function prices(told: Refresh): Map<string, number> {
  const found = new Map<string, number>();
  if (told.cached) {
    for (const [symbol, one] of Object.entries(told.live_prices)) {
      // The two outcomes are told apart by `success`.
      if (one.success) found.set(symbol, one.quote.price);
      else console.warn(symbol, one.error?.code satisfies components["schemas"]["Reason"] | undefined);
    }
  }
  return found;
}

export async function follow(symbol: string): Promise<Task["status"]> {
  const item: NewItem = { symbol, note: "by a script", target_price: null };
  await read("/api/watchlist", item);
  const started = await read<Started>("/api/watchlist/live-prices-async", { symbols: [symbol] });
  const task = await read<Task>(started.poll_url);
  const left: number | null = task.progress.eta_seconds;
  console.info(left ?? "not known");
  return task.status;
}

export function words(quote: Quote): string {
  // @ts-expect-error The currency may be unknown.
  const currency: string = quote.currency;
  // @ts-expect-error There is no such state.
  const state: Task["status"] = "done";
  return `${quote.price} ${currency} ${quote.freshness satisfies "fresh" | "stale" | "expired"} ${state}`;
}

export type Verdict = NonNullable<components["schemas"]["Valuation"]>["verdict"];
export const verdicts: Verdict[] = ["strong_buy", "buy", "hold", "avoid", "none"];
