"""The HTTP client: each way to fail is told as what it is, and no key gets out."""

import threading
import traceback
from collections.abc import Iterator

import pytest
import requests
import responses

from stockapp.domain.attempt import Reason
from stockapp.domain.secrecy import Redactor
from stockapp.fetching.http import HttpTransport
from stockapp.fetching.transport import TransportError
from stockapp.providers.base import Request
from tests.free_port import free_port
from tests.upstream.client import UpstreamServer

from .scripted import RealClock

KEY = "s3cr3t/k+y"
URL = "https://www.alphavantage.co/query"


def transport(base_url: str = "") -> HttpTransport:
    return HttpTransport("Service", RealClock(), Redactor([KEY]), base_url=base_url, connections=4)


def request(*, follow_redirects: bool = False) -> Request:
    query = {"function": "GLOBAL_QUOTE", "symbol": "IBM", "apikey": KEY}
    return Request(URL, query, follow_redirects=follow_redirects)


def failure(sender: HttpTransport, asked: Request, timeout: float = 5) -> Reason:
    with pytest.raises(TransportError) as caught:
        sender.send(asked, timeout)
    told = "".join(traceback.format_exception(caught.value))
    for form in (KEY, "s3cr3t", "%2Fk%2By"):
        assert form not in told
    return caught.value.failure.reason


class TestAtTheWire:
    @responses.activate
    def test_an_answer_of_any_status_is_an_answer(self) -> None:
        responses.get(URL, body=b'{"a": 1}', status=503, headers={"Retry-After": "9"})
        answer = transport().send(request(), 5)
        assert (answer.status, answer.body) == (503, b'{"a": 1}')
        assert answer.headers["retry-after"] == "9"
        assert answer.asked == URL
        assert "apikey=s3cr3t%2Fk%2By" in (responses.calls[0].request.url or "")

    @responses.activate
    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (requests.exceptions.ConnectTimeout(f"{URL}?apikey={KEY}"), Reason.TIMEOUT),
            (requests.exceptions.ReadTimeout(f"{URL}?apikey={KEY}"), Reason.TIMEOUT),
            (requests.exceptions.SSLError(f"{URL}?apikey={KEY}"), Reason.TLS_FAILED),
            (requests.exceptions.ProxyError(f"{URL}?apikey={KEY}"), Reason.CONNECT_FAILED),
            (requests.exceptions.ConnectionError(ConnectionResetError()), Reason.CONNECT_FAILED),
            (requests.exceptions.TooManyRedirects(f"{URL}?apikey={KEY}"), Reason.BAD_RESPONSE),
        ],
    )
    def test_each_error_has_its_reason_and_keeps_the_key(
        self, error: Exception, reason: Reason
    ) -> None:
        responses.get(URL, body=error)
        assert failure(transport(), request()) is reason

    @responses.activate
    def test_a_key_that_comes_back_is_hidden_in_the_answer(self) -> None:
        responses.get(URL, body=f"We have detected your API key as {KEY}, price 1.5")
        answer = transport().send(request(), 5)
        assert answer.text == "We have detected your API key as [hidden], price 1.5"

    @responses.activate
    def test_a_redirect_is_not_followed_with_a_key(self) -> None:
        responses.get(URL, status=302, headers={"Location": "https://evil.example/"})
        assert transport().send(request(), 5).status == 302
        assert len(responses.calls) == 1

    @responses.activate
    def test_a_redirect_is_followed_where_the_service_needs_it(self) -> None:
        responses.get(URL, status=302, headers={"Location": "https://www.alphavantage.co/b"})
        responses.get("https://www.alphavantage.co/b", body="here")
        assert transport().send(request(follow_redirects=True), 5).body == b"here"

    @responses.activate
    def test_an_answer_without_end_is_cut_off(self) -> None:
        responses.get(URL, body=b"x" * 9_000_000)
        assert failure(transport(), request()) is Reason.BAD_RESPONSE


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


class TestOverSockets:
    @pytest.mark.parametrize(
        ("kind", "reason", "seconds"),
        [
            ("hang", Reason.TIMEOUT, 0.5),
            ("reset", Reason.CONNECT_FAILED, 30),
            ("truncated", Reason.BAD_RESPONSE, 30),
        ],
    )
    def test_what_goes_wrong_on_the_way_is_told(
        self, upstream: UpstreamServer, kind: str, reason: Reason, seconds: float
    ) -> None:
        upstream.reset()
        upstream.fault("alpha_vantage", kind)
        try:
            assert failure(transport(upstream.url), request(), seconds) is reason
        finally:
            upstream.reset()

    def test_where_nothing_listens_the_connection_is_refused(self) -> None:
        nowhere = transport(f"http://127.0.0.1:{free_port()}")
        assert failure(nowhere, request()) is Reason.CONNECT_FAILED

    def test_many_at_once_share_their_connections(self, upstream: UpstreamServer) -> None:
        upstream.reset()
        upstream.configure(latency_ms=50)
        sender = transport(upstream.url)
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(sender.send(request(), 30)))
            for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [answer.status for answer in answers] == [200] * 12
        assert upstream.requests()["most_at_once"]["alpha_vantage"] > 1
