"""The server of the sample web, asked by plain clients: HTTP as it should be, many hosts, the log, an end without leaks.
What goes wrong on purpose is tested with the faults."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_client import get, wire

from gongkai.samplesite.serve import elsewhere, sites_toml
from gongkai.samplesite.server import Server, _bind
from gongkai.samplesite.web import Web

WEB = Web(3, 36, 3)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(WEB) as running:
        yield running


def test_sites_answer_at_their_own_address_and_by_name_at_one(server: Server) -> None:
    for site in WEB.sites[:12]:
        own = get(server.url(site))
        named = get(f"http://127.0.0.1:{server.port}/", headers={"Host": f"{site.host}:{server.port}"})
        dotted = get(f"http://127.0.0.1:{server.port}/", headers={"Host": site.host.upper() + "."})
        assert own.status == 200 and site.site_id_code in own.text
        assert own.body == named.body == dotted.body
        assert server.resolve(site.host) == [site.address]
    assert server.resolve("elsewhere.invalid") == []
    assert get(f"http://127.0.0.1:{server.port}/", headers={"Host": "elsewhere.invalid"}).status == 404


def test_only_loopback_is_bound(server: Server) -> None:
    bound = [one.getsockname()[0] for listener in server._listeners.values() for one in listener.sockets]
    assert len(bound) == 37 and all(address.startswith("127.") for address in bound)
    for address in ("0.0.0.0", "10.0.0.1", "::"):
        with pytest.raises(ValueError, match="no loopback"):
            _bind([address], 0)


def test_a_connection_is_kept_and_requests_on_it_are_answered_in_order(server: Server) -> None:
    site = next(site for site in WEB.sites if site.number % 5 != 3)
    with socket.create_connection((site.address, server.port), timeout=20) as plain:
        one = f"GET /zwgk/ HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode()
        plain.sendall(one + one.replace(b"/zwgk/", b"/nowhere") + one[:10])
        found = b""
        while found.count(b"</html>") < 2:
            found += plain.recv(65536)
        assert found.index(b"200 OK") < found.index(b"404 Not Found")
        plain.sendall(one[10:])
        assert b"200 OK" in plain.recv(65536)


def test_heads_without_bodies_old_versions_and_nonsense(server: Server) -> None:
    for site in WEB.sites[:10]:
        whole, head = get(server.url(site)), get(server.url(site), "HEAD")
        assert head.status == 200 and head.body == b"" and len(whole.body) > 500
        if "content-length" in head.headers:
            assert head.headers["content-length"] == str(len(whole.body))
    site = WEB.sites[0]
    for line, begins in ((b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200"), (b"nonsense\r\n\r\n", b"HTTP/1.1 400"), (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"HTTP/1.1 400")):
        with socket.create_connection((site.address, server.port), timeout=20) as plain:
            plain.sendall(line)
            found = b""
            while data := plain.recv(65536):
                found += data
        assert found.startswith(begins)


def test_compressions_and_chunks_all_come_up_and_give_the_same_page(server: Server) -> None:
    seen = set()
    for site in WEB.sites[:30]:
        url = server.url(site, "/zwgk/")
        packed = get(url, headers={"Accept-Encoding": "gzip, deflate"})
        assert packed.body == get(url).body
        assert "content-encoding" not in get(url).headers
        seen.add((packed.headers.get("content-encoding", ""), packed.headers.get("transfer-encoding", "")))
    assert {coding for coding, _ in seen} == {"gzip", "deflate", ""}
    assert {transfer for _, transfer in seen} == {"chunked", ""}


def test_validators_answer_not_modified_until_the_page_changes() -> None:
    kinds = set()
    with Server(WEB) as server:
        changed = {one.host: one for one in WEB.truth(1) if one.expected in (("changed",), ("reformatted",))}
        for site in WEB.sites:
            one = changed.get(site.host)
            if one is None or site.restless:
                continue
            server.night = 0
            url = server.url(site, one.path)
            first = get(url)
            asked = {}
            if "etag" in first.headers:
                asked["If-None-Match"] = first.headers["etag"]
            if "last-modified" in first.headers:
                asked["If-Modified-Since"] = first.headers["last-modified"]
            kinds.add(tuple(asked))
            again = get(url, headers=asked)
            assert again.status == (304 if asked else 200)
            noted = server.log.all()[-1]
            assert (noted.status, noted.size) == (again.status, len(again.body))
            assert again.body == (b"" if asked else first.body)
            server.night = 1
            later = get(url, headers=asked)
            assert later.status == 200 and later.body != first.body
            for name, value in asked.items():
                assert get(url, headers={name: value}).status == 200
    assert len(kinds) > 1


def test_restless_pages_differ_at_every_request_and_have_no_validators(server: Server) -> None:
    site = next(site for site in WEB.sites if site.restless)
    path = next(entry.path for entry in WEB.view(site, 0, "").entries if entry.edition)
    one, two = get(server.url(site, path)), get(server.url(site, path))
    assert one.body != two.body and "etag" not in one.headers and "last-modified" not in one.headers


def test_the_log_tells_who_asked_what_and_how_far_apart(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    with Server(WEB, log=path) as server:
        one, two = WEB.sites[0], WEB.sites[1]
        for url in (server.url(one), server.url(two), server.url(one, "/nowhere")):
            get(url, headers={"User-Agent": "gongkai-test/1"})
        first, second, third = server.log.all()
        assert (first.host, second.host, third.host) == (one.host, two.host, one.host)
        assert (third.method, third.target, third.status, third.agent) == ("GET", "/nowhere", 404, "gongkai-test/1")
        assert first.gap is None and second.gap is None
        assert third.gap == third.clock - first.clock > 0
        assert third.size == len(get(server.url(one, "/nowhere")).body)
        assert server.log.counts() == {one.host: 3, two.host: 1}
        assert set(server.log.smallest_gaps()) == {one.host}
        assert server.log.most_together() == {one.host: 1, two.host: 1}
        server.log.all()
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert [line["target"] for line in lines] == ["/", "/", "/nowhere", "/nowhere"]
        server.log.clear()
        assert len(server.log) == 0


def test_requests_at_the_same_time_are_counted_together() -> None:
    with Server(WEB) as server:
        site = WEB.sites[0]
        server.fault(site.host, "slow-host", seconds=1.5)
        threads = [threading.Thread(target=get, args=(server.url(site),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(one.together for one in server.log.all()) > 1
        server.heal(site.host)
        get(server.url(site))
        assert server.log.all()[-1].together == 1


def test_a_server_that_stops_leaves_neither_sockets_nor_threads() -> None:
    before = threading.active_count()
    with Server(WEB) as server:
        site = WEB.sites[0]
        kept = http.client.HTTPConnection(site.address, server.port, timeout=20)
        kept.request("GET", "/")
        kept.getresponse().read()
        server.fault(site.host, "hang-before")
        path = next(entry.path for entry in WEB.view(site, 0, "").entries if entry.edition)
        hanging = socket.create_connection((site.address, server.port), timeout=20)
        hanging.sendall(f"GET {path} HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode())
        while not any(one.fault for one in server.log.all()):
            pass
        port = server.port
    assert threading.active_count() == before
    assert hanging.recv(10) == b""
    hanging.close()
    kept.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((site.address, port), timeout=5)
    server.stop()  # a second time does no harm


def test_a_taken_port_is_an_error_and_leaves_nothing_behind() -> None:
    with Server(Web(1, 3, 1)) as first, pytest.raises(OSError), Server(Web(1, 3, 1), port=first.port):
        pass


def test_one_address_serves_all_by_name() -> None:
    with Server(WEB, addresses=False) as server:
        site = WEB.sites[5]
        assert server.resolve(site.host) == ["127.0.0.1"]
        assert server.url(site) == f"http://{site.host}:{server.port}/"
        assert get(f"http://127.0.0.1:{server.port}/", headers={"Host": site.host}).status == 200
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((site.address, server.port), timeout=5)
        with pytest.raises(ValueError, match="no address of its own"):
            server.fault(site.host, "refused")


def test_good_tls_is_good(server: Server) -> None:
    site = WEB.sites[2]
    port = server.secure(site.host)
    trusting = ssl.create_default_context(cafile=str(server.ca_file))
    assert get(f"https://{site.address}:{port}/", tls=trusting).status == 200
    assert f"https://{site.address}:{port}" in get(f"https://{site.address}:{port}{_report(site)}", tls=trusting).text
    with pytest.raises(ssl.SSLCertVerificationError):
        get(f"https://{site.address}:{port}/", tls=ssl.create_default_context())


def _report(site) -> str:  # type: ignore[no-untyped-def]
    return next(entry.path for entry in WEB.view(site, 0, "").entries if entry.edition)


def test_wrong_wishes_are_refused_with_a_reason(server: Server) -> None:
    site = next(site for site in WEB.sites if site.family == "vsb")
    with pytest.raises(ValueError, match="no fault 'fire'"):
        server.fault(site.host, "fire")
    with pytest.raises(ValueError, match="no site 'elsewhere'"):
        server.fault("elsewhere", "soft-404")
    with pytest.raises(ValueError, match="befalls jpaas only"):
        server.fault(site.host, "jpaas-same-page")


def test_a_server_in_another_process_takes_orders(tmp_path: Path) -> None:
    log, toml = tmp_path / "log.jsonl", tmp_path / "sites.toml"
    with elsewhere("--sites", "4", "--log", str(log), "--toml", str(toml)) as there:
        home = there.sites[0]["home"]
        assert get(home).status == 200
        assert there.order(f"fault {there.sites[0]['host']} busy-burst {{\"times\": 1}}") == "done"
        assert get(home).status == 503
        assert get(home).status == 200
        assert there.order("night 1") == "done"
        assert there.order(f"heal {there.sites[0]['host']}") == "done"
        assert there.order("requests") == "3"
        for wrong, reason in (("dance", "unknown order"), ("fault nowhere soft-404", "no site"), ("night soon", "invalid")):
            with pytest.raises(ValueError, match=reason):
                there.order(wrong)
    assert len(log.read_text(encoding="utf-8").splitlines()) == 3
    text = toml.read_text(encoding="utf-8")
    assert text.count("[[site]]") == 4 and there.sites[1]["column"] in text


def test_the_sites_file_names_columns_or_home_pages(server: Server) -> None:
    import tomllib

    columns, homes = (tomllib.loads(sites_toml(server, start=start)) for start in ("column", "home"))
    assert len(columns["site"]) == len(homes["site"]) == 36
    assert columns["crawl"]["allow_addresses"] == ["127.0.0.0/8"]
    assert homes["site"][3]["url"] == server.url(WEB.sites[3])
    assert columns["site"][3]["url"] == server.column(WEB.sites[3])


def test_the_command_lists_faults_and_says_when_it_cannot_start() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "gongkai.samplesite", "serve", *arguments]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    listed = run("--faults")
    assert listed.returncode == 0 and "| 48 | `personal-data` |" in listed.stdout
    manual = Path(__file__).parent.parent / "docs" / "sample-web.md"
    assert listed.stdout in manual.read_text(encoding="utf-8"), "docs/sample-web.md: paste the output of serve --faults"
    with Server(Web(1, 2, 1)) as busy:
        failed = run("--sites", "2", "--port", str(busy.port))
    assert failed.returncode == 3 and failed.stderr.startswith("cannot listen on port")
    assert run("--sites", "2").returncode == 0  # ends with standard input


def test_a_large_answer_is_sent_whole_to_a_slow_reader(server: Server) -> None:
    site = WEB.sites[4]
    server.fault(site.host, "huge-file", size=5_000_000)
    data, end = wire(server.url(site, _report(site)), most=1 << 23)
    server.heal(site.host)
    assert end == "closed" and len(data) - data.index(b"\r\n\r\n") - 4 == 5_000_000
    assert gzip.decompress(gzip.compress(b"x")) == b"x"
