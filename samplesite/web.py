"""A pretend web of government sites, from a seed: what every site answers on every night, byte for byte.
Sending it is left to `server`, breaking it to `web_faults`; what a crawler should find is told by `web_truth`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from random import Random

from gongkai.samplesite import web_attachments, web_pages, web_sites
from gongkai.samplesite.exchange import Answer, Request, path_key, redirect
from gongkai.samplesite.families import FAMILIES
from gongkai.samplesite.reports import SampleReport, Subject, make
from gongkai.samplesite.web_plan import Edition, Happening, Plan, after, happenings
from gongkai.samplesite.web_robots import REDIRECTED, ROBOTS
from gongkai.samplesite.web_truth import Condition, Expectation, conditions, expectations
from gongkai.samplesite.web_view import Entry, Family, Site, View

# Layouts in which a report without deviations can be read without doubt, by form.
_LAYOUTS = (
    "html-table", "html-captions-outside", "html-row-tables", "html-divisions", "html-nested-document",
    "html-review-three", "html-layout-table", "html-lying-charset", "html-paragraphs",
)  # fmt: skip
_LAYOUTS_2019 = ("html-table", "html-captions-outside", "html-skewed", "html-row-tables", "html-layout-table")
# Deviations that change how a report looks and leave no doubt about a figure.
_HARMLESS = ("labels_spaced", "headings_varied", "topics", "groups_vertical", "captions_varied")
MOVED_COLUMN = "/xxgk2026"  # put before every address of a column that has moved
_LINK = re.compile(rb"<a ([^>]*?)\bhref=(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_NO_FILE: tuple[str, bytes] = ("", b"")

Attach = Callable[[SampleReport, int], tuple[str, bytes]]  # report and version of the file → kind and bytes


class Web:
    """Sites and their nights; the same arguments give the same bytes for the same requests."""

    def __init__(
        self,
        seed: int = 1,
        sites: int = 200,
        nights: int = 3,
        *,
        plan: Plan | None = None,
        families: Sequence[str] = (),
        attachments: Attach | None = None,
    ) -> None:
        if unknown := [name for name in families if name not in FAMILIES]:
            raise ValueError(f"no family {unknown[0]!r}; there are {', '.join(FAMILIES)}")
        self.plan = replace(plan, nights=nights) if plan else Plan(nights)
        self.seed = f"web {seed}"
        self.sites = web_sites.draw(self.seed, sites, self.plan, families)
        self._by_name = {site.host: site for site in self.sites} | {site.address: site for site in self.sites}
        self._attach = attachments
        self._entries = lru_cache(4096)(self._entries_of)
        self._reports = lru_cache(2048)(self._report_of)
        self._known = {site.key: web_sites.first_editions(site, self.plan) for site in self.sites}
        self._events: dict[str, list[Happening]] = {}
        self._truth: list[list[Expectation]] = []

    # Facts

    def site(self, host: str) -> Site | None:
        """The site of a host name or loopback address, with or without port or final dot."""
        name = host.rpartition(":")[0] if host.count(":") == 1 else host
        return self._by_name.get(name.lower().rstrip("."))

    def family(self, site: Site) -> Family:
        return FAMILIES[site.family]

    def column(self, site: Site, night: int) -> str:
        """Where the site's annual-report column is on this night."""
        family = self.family(site)
        return (MOVED_COLUMN if self.broken(site, night) == "column_moved" else "") + family.column

    def broken(self, site: Site, night: int) -> str:
        """The silent breakage the site shows on this night, empty if none."""
        return site.breakage if site.breakage and night >= site.breaks else ""

    def up(self, site: Site, night: int) -> bool:
        """Whether the site answers at all tonight."""
        if site.flapping and Random(f"{site.seed} up {night}").random() >= self.plan.up:
            return False
        return not any(one.night == night and one.key is None for one in self.events(site))

    def events(self, site: Site) -> list[Happening]:
        """What happens to one site over all nights; a site that breaks silently has no other troubles."""
        if site.key not in self._events:
            keys = [edition.key for edition in self._known[site.key]]
            quiet = site.flapping or site.breakage
            found = [] if quiet else happenings(self.seed, len(self.sites), site.number, self.plan, keys)
            self._events[site.key] = found
        return self._events[site.key]

    def editions(self, site: Site, night: int) -> tuple[Edition, ...]:
        """Every report published until this night, withdrawn ones too, as it stands."""
        events = self.events(site)
        return tuple(after(one, events, night) for one in self._known[site.key] if one.first_night <= night)

    def path(self, site: Site, edition: Edition, serial: int = 0) -> str:
        return self.family(site).article(edition.published, serial or edition.serial)

    def report(self, site: Site, edition: Edition) -> SampleReport:
        """The report and its truth, without the site's page around it."""
        return self._reports(site, edition)

    def truth(self, night: int) -> list[Expectation]:
        """What a crawler that visits on every night should say after this one."""
        if not 0 <= night < self.plan.nights:
            raise ValueError(f"no night {night}; the plan has nights 0 to {self.plan.nights - 1}")
        if not self._truth:
            self._truth = expectations(self)
        return self._truth[night]

    def conditions(self, night: int) -> list[Condition]:
        """How every site is on this night: up or not, silently broken or not."""
        return conditions(self, night)

    # Answers

    def answer(self, request: Request, night: int, visit: int = 0, options: frozenset[str] = frozenset()) -> Answer:
        """What the site of `request.host` says; an unknown host is a 404 without a page."""
        site = self.site(request.host)
        if site is None:
            return Answer("没有这个站点".encode(), 404, "text/plain; charset=utf-8", "missing")
        view = self.view(site, night, request.origin, visit, options)
        return self.answer_from(view, request)

    def view(self, site: Site, night: int, origin: str, visit: int = 0, options: frozenset[str] = frozenset()) -> View:
        return View(site, night, self.plan.day(night), origin, self._entries(site, night), visit, options)

    def answer_from(self, view: View, request: Request) -> Answer:
        """The same from a view, which a fault may have changed."""
        family, site = self.family(view.site), view.site
        if not self.up(site, view.night):
            return Answer("服务暂不可用".encode(), 503, "text/plain; charset=utf-8", steady=False)
        path = path_key(request.path)
        if path == "/robots.txt":
            return ROBOTS[site.robots]
        if path == REDIRECTED:
            return ROBOTS["partly"]
        column = self.column(site, view.night)
        if path in ("/", "/index.html"):
            return web_pages.home(view, family, column)
        if path == web_pages.HUB:
            return web_pages.hub(view, family, column)
        if path == "/wzdt/":
            return web_pages.site_map(view, family, column)
        found = self._list(view, family, request, path) or self._article(view, family, path, request.target)
        found = found or self._file(view, family, request) or web_pages.plain(view, family, path)
        if found is None and path.startswith(("/manage/", "/private/")):
            found = web_pages.page(view, family, "后台", "<h1>后台登录</h1>")
        return found or web_pages.not_found(view, family)

    def _list(self, view: View, family: Family, request: Request, path: str) -> Answer | None:
        broken = self.broken(view.site, view.night)
        if broken == "column_moved":
            if not request.target.startswith(MOVED_COLUMN):
                return self._where_the_column_was(view, family, request)
            request = request._replace(target=request.target[len(MOVED_COLUMN) :])
        if broken == "empty_list":
            view = replace(view, entries=())
        elif broken == "pager_cut":
            view = replace(view, entries=view.entries[:5])
        found = family.lists(view, request)
        return _other_template(found) if found and broken == "template_changed" else found

    def _where_the_column_was(self, view: View, family: Family, request: Request) -> Answer | None:
        """The old address of a moved column: by site 404, the home page with 200, or a redirect to it."""
        if view.site.number % 3 == 0 or family.lists(view, request) is None:
            return None
        return web_pages.home(view, family, self.column(view.site, view.night)) if view.site.number % 3 == 1 else redirect("/")

    def _article(self, view: View, family: Family, path: str, target: str) -> Answer | None:
        path = path.removeprefix(MOVED_COLUMN) if self.broken(view.site, view.night) == "column_moved" else path
        for entry in view.entries:
            if entry.path in (path, target):
                if entry.edition is None:
                    return web_pages.confuser(view, family, entry)
                return self.article(view, entry.edition, entry.path)
        for edition in self.editions(view.site, view.night):
            for serial in edition.former:
                if self.path(view.site, edition, serial) in (path, target):
                    return redirect(self.path(view.site, edition), 301, "article") if edition.seed % 2 else None
        return None

    def article(self, view: View, edition: Edition, path: str = "") -> Answer:
        """The page of one report, in its site's furniture and its layout's encoding."""
        site, family = view.site, self.family(view.site)
        if edition.down == "article_down":
            return Answer(b"Internal Server Error", 500, "text/plain", "article", steady=False)
        if edition.down == "article_missing":
            return replace(web_pages.not_found(view, family), role="article")
        path = path or self.path(site, edition)
        own = Entry(path, web_sites.title(edition), edition.published, "report", edition, edition.agency.name)
        files = self._links(site, edition)
        made = self._make(
            edition, lambda _, article, charset: web_pages.article_text(view, family, own, article, files, charset)
        )
        silent = made.layout == "html-lying-charset" or site.number % 2
        return Answer(made.body, 200, "text/html" if silent else "text/html; charset=utf-8", "article", steady=not site.restless)

    def _make(self, edition: Edition, frame: Callable[[str, str, str], str] | None) -> SampleReport:
        rng = Random(f"{edition.seed} web")
        old = edition.year <= 2020
        form = "2019" if old else ("2021", "2021", "2021-one-other")[rng.randrange(3)]
        layouts = _LAYOUTS_2019 if old else _LAYOUTS
        layout = layouts[(rng.randrange(len(layouts)) + edition.layout) % len(layouts)]
        deviations = [rng.choice(_HARMLESS)] if rng.random() < 0.3 else []
        subject = Subject(
            edition.agency, edition.year, web_sites.title(edition), edition.published, edition.revision, edition.look, frame
        )
        return make(edition.seed, form=form, layout=layout, deviations=deviations, subject=subject)

    def _report_of(self, site: Site, edition: Edition) -> SampleReport:
        return self._make(edition, lambda title, article, _: f"<h1>{escape(title)}</h1>{article}")

    def _entries_of(self, site: Site, night: int) -> tuple[Entry, ...]:
        family = self.family(site)
        entries = list(web_sites.fillers(site, family))
        for edition in self.editions(site, night):
            if edition.withdrawn:
                continue
            name = edition.agency.name
            entries.append(Entry(self.path(site, edition), web_sites.label(edition), edition.published, "report", edition, name))
            if site.twice and edition.first_night == 0 and edition.year == max(e.year for e in self.editions(site, 0)):
                again = self.path(site, edition, edition.serial + 700_000)
                entries.append(Entry(again, web_sites.title(edition), edition.published, "report", edition, name))
        return tuple(sorted(entries, key=lambda entry: (entry.day, entry.path), reverse=True))

    # Files

    def attachment(self, site: Site, edition: Edition) -> tuple[str, bytes]:
        """Kind and bytes of the attached file; nothing for most reports."""
        kind = web_sites.attached(edition)
        if not kind:
            return _NO_FILE
        if self._attach is not None:
            return self._attach(self.report(site, edition), edition.attachment)
        return kind, web_attachments.content(kind, f"{site.key} {edition.year} version {edition.attachment}")

    def _file_paths(self, site: Site, edition: Edition) -> tuple[str, str]:
        """Addresses of the attached file and of a picture, empty where there is none."""
        adapter = self.family(site).adapter
        kind, _ = self.attachment(site, edition)
        file = web_attachments.address(adapter, edition.published, edition.serial, kind) if kind else ""
        picture = f"/images/{edition.serial}.png" if edition.seed % 5 == 0 else ""
        return file, picture

    def _links(self, site: Site, edition: Edition) -> str:
        file, picture = self._file_paths(site, edition)
        text = f'<p><img src="{picture}" alt="印章"></p>' if picture else ""
        if file:
            text += f'<p class="fj">附件：<a href="{escape(file)}">{escape(web_sites.title(edition))}</a></p>'
        return text + "\n" if text else ""

    def _file(self, view: View, family: Family, request: Request) -> Answer | None:
        for edition in dict.fromkeys(entry.edition for entry in view.entries):
            if edition is None:
                continue
            file, picture = self._file_paths(view.site, edition)
            if picture and request.path == picture:
                return Answer(web_attachments.png(24, 24), media="image/png", role="attachment")
            if file and request.target == file:
                if family.adapter == "vsb" and "referer" not in request.headers:
                    return web_pages.page(view, family, "提示", "<p>请从正文页面下载附件。</p>", role="attachment")
                kind, body = self.attachment(view.site, edition)
                media = web_attachments.MEDIA.get(kind, "application/octet-stream")
                return Answer(body, media=media, role="attachment")
        return None


def _other_template(answer: Answer) -> Answer:
    """The same page made by a new template: rows are there to see and no longer where they were."""
    body = _LINK.sub(rb"<a \1data-to=\2 href='javascript:;'", answer.body)
    for old, new in ((b'"title":', b'"bt":'), (b'"url":', b'"lj":'), (b'"html":', b'"nr":'), (b"<record>", b"<jl>"), (b"</record>", b"</jl>")):
        body = body.replace(old, new)
    return replace(answer, body=body)


def small(seed: int = 224) -> Web:
    """Eight sites of different families for a demonstration, two nights with something to tell."""
    families = ("trs-zero", "hanweb", "ucap-json", "gkmlpt", "longxun", "vsb", "plain-numbered", "js-list")
    return Web(seed, len(families), 2, families=families, plan=Plan(eventful=0.8, late=0.6))
