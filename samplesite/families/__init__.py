"""Every kind of content management system on the sample web, by name.
Each module prints the lists of one vendor; what stands in them is decided by `web`."""

from __future__ import annotations

from gongkai.samplesite.families import asp, gkmlpt, hanweb, longxun, plain, trs, ucap, vsb
from gongkai.samplesite.web_view import Family

FAMILIES: dict[str, Family] = {
    family.name: family
    for module in (trs, hanweb, ucap, gkmlpt, longxun, vsb, plain, asp)
    for family in module.FAMILIES
}
