"""Which column of a table holds what? The headings that databases and reference managers write."""

import re
from collections.abc import Iterable, Mapping, Sequence

from screening.formats.compose import Layout

ROLES = {
    "title": "Title",
    "authors": "Authors",
    "year": "Year or date",
    "journal": "Journal or book",
    "reference": "Journal, volume and pages in one",
    "volume": "Volume",
    "issue": "Issue",
    "pages": "Pages",
    "first_page": "First page",
    "last_page": "Last page",
    "doi": "DOI",
    "pmid": "PubMed id",
    "issn": "ISSN",
    "abstract": "Abstract",
    "keywords": "Keywords",
    "url": "Web address",
    "language": "Language",
    "accession": "Accession number",
    "type": "Publication type",
}

# Headings without spaces, signs and case, the best first: where two columns of a file fill one role, the
# earlier heading counts. Two-letter headings are the tags of Web of Science's tables.
_HEADINGS = {
    "title": "title articletitle documenttitle primarytitle titleprimary studytitle scientifictitle publictitle brieftitle "
    "titleofarticle papertitle itemtitle ti t1 titulo título titre titel displayname titleenglish englishtitle titletranslation "
    "originaltitle citationtitle 题名 标题 篇名",
    "authors": "authors author authornames authorname authorsnames authorslist authorlist authorsprimary firstauthors creators "
    "creator au a1 af authorfullnames authorsfullname authorsfullnames autores autor auteurs auteur autoren "
    "authorshipsauthordisplayname authorstring contributors reviewbyline byline citationauthors verfasser firstauthor bookauthors "
    "primarysponsor sponsor sponsorcollaborators 作者",
    "year": "year publicationyear publishedyear pubyear yearpublished yearofpublication py yr publicationdate publisheddate "
    "dateofpublication datepublished pubdate coverdate earlyaccessdate date dates ano año annee année jahr onlinepublicationdate "
    "dateregistration3 dateregistration firstposted studyfirstposted firstsubmitted startdate issued pubtime citationpubyear "
    "erscheinungsjahr 年 发表时间 出版年",
    "journal": "journal journaltitle sourcetitle publicationtitle journalbook periodicalfull periodical fulljournaltitle "
    "journalname publicationname publication sourcetitleanthologytitle containertitle pubtitle secondarytitle parenttitle booktitle "
    "so jf t2 primarylocationsourcedisplayname hostvenuedisplayname venue revista publikation journalabbreviation journalabbrev "
    "periodicalabbrev abbreviatedsourcetitle journalisoabbreviation zeitschrift revue citationjournalname serial sourceregister source "
    "文献来源 刊名",
    "reference": "citation publicationinfo sourcecitation reference bibliographicreference",
    "volume": "volume vol vl vo volumenumber journalvolume bibliovolume band citationjournalvolume 卷",
    "issue": "issue issuenumber number no is num journalissue biblioissue heft nummer numéro número 期",
    "pages": "pages page pagination pagerange pagenumbers pg pageinfo startendpages seiten páginas 页码",
    "first_page": "firstpage startpage pagestart beginningpage beginpage sp bp bibliofirstpage articlenumber artno ar",
    "last_page": "lastpage endpage pageend endingpage ep otherpages bibliolastpage",
    "doi": "doi doinumber digitalobjectidentifier doilink doiurl di do itemdoi idsdoi externaliddoi externalidsdoi citationdoi",
    "pmid": "pubmedid pmid medlinepmid pubmed pm idspmid externalidpubmed externalidspubmed medlineid",
    "issn": "issn issnisbn issns printissn issnprint eissn issnl sn sourceissn standardnumber isbnissn",
    "abstract": "abstract abstractnote abstracttext ab n2 abstracten englishabstract briefsummary resumo resumen résumé zusammenfassung "
    "originalabstract citationabstract summary description 摘要",
    "keywords": "authorkeywords keywords keyword manualtags automatictags indexkeywords keywordsplus descriptors subjects subject "
    "subjectterms subjectheadings meshterms meshheadings emtreedrugindextermsmajorfocus emtreedrugindexterms "
    "emtreemedicalindextermsmajorfocus emtreemedicalindexterms de kw ieeeterms authorkeyword palabrasclave descritores "
    "identifierkeywords citationkeywords conditions condition indexterms 关键词",
    "url": "url link urls fulltexturl fulltextlink articleurl plink documenturl pdflink dimensionsurl externalurl sourceurl ur "
    "weburl webaddress itemurl embaselink studyurl permalink",
    "language": "language lang languages languageoforiginaldocument languageofdocument articlelanguage la lg idioma",
    "accession": "accessionnumber utuniquewosid utuniqueid ut uniqueid eid pui embaseaccessionid centralid cochraneid lensid publicationid "
    "storeid nctnumber trialid an recordid openalexid",
    "type": "itemtype documenttype publicationtype doctype referencetype typeofreference reftype entrytype contenttype pubtype doctypes dt pt type",
}  # fmt: skip
_RANKS = {
    heading: (role, rank)
    for role, headings in _HEADINGS.items()
    for rank, heading in enumerate(headings.replace("\n", " ").split())
}
# Headings that mean another thing beside these: in tables of Web of Science SP is a meeting's sponsor and PG counts pages; where a
# column for the journal is, "Source" is the whole reference or the database.
_NOT_BESIDE = (
    ("first_page", "sp", {"bp"}),
    ("pages", "pg", {"bp", "sp"}),
    ("journal", "source", {"sourcetitle", "journal", "journaltitle", "publicationtitle", "publicationname"}),
)
_IN_TWO_LANGUAGES = re.compile(
    r"([\x20-\x7e]{1,40}?)\s?[-/(\uff08]\s?([^\x00-\u036f][^()\uff08\uff09]{0,40})[)\uff09]?"
)
Roles = Mapping[str, Sequence[str]]


def folded(heading: str) -> str:
    """-> a heading in the form under which it is known: letters and digits only, in lower case."""
    return re.sub(r"[\W_]+", "", heading.casefold())


def role_of(heading: str) -> str:
    """-> the role that a column of this heading fills, a key of ROLES, or ""."""
    return _ranked(heading)[0]


def in_two_languages(heading: str) -> bool:
    """-> is a heading one in two languages, of which the second is not written in Latin letters?"""
    return _IN_TWO_LANGUAGES.fullmatch(heading) is not None


def _ranked(heading: str) -> tuple[str, int]:
    """-> the role of a heading and how good a heading for it it is; of one in two languages ("Title-题名") either may be known."""
    if known := _RANKS.get(folded(heading)):
        return known
    both = _IN_TWO_LANGUAGES.fullmatch(heading.strip())
    return next((known for part in (both.groups() if both else ()) if (known := _RANKS.get(folded(part)))), ("", 0))


def roles_of(columns: Iterable[str]) -> dict[str, list[str]]:
    """-> for each role that is known, the headings that fill it, the best first."""
    roles: dict[str, list[str]] = {}
    for heading in dict.fromkeys(columns):
        if role := role_of(heading):
            roles.setdefault(role, []).append(heading)
    known = {folded(heading) for names in roles.values() for heading in names}
    for role, heading, beside in _NOT_BESIDE:
        if heading in known and not known.isdisjoint(beside):
            moved = [name for name in roles[role] if folded(name) == heading]
            roles[role] = [name for name in roles[role] if name not in moved]
            if heading == "source":
                roles.setdefault("reference", []).extend(moved)
    for names in roles.values():
        names.sort(key=lambda heading: _ranked(heading)[1])
    return {role: names for role, names in roles.items() if names}


def mapped(mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """-> the same from a person's choice, heading -> role; a heading without a role is kept among the fields only.

    Raises ValueError, naming the heading, for a role that there is not.
    """
    roles: dict[str, list[str]] = {}
    for heading, role in mapping.items():
        if role and role not in ROLES:
            raise ValueError(f"“{role}”, chosen for the column “{heading}”, is none of: {', '.join(ROLES)}.")
        if role:
            roles.setdefault(role, []).append(heading)
    return roles


def layout(roles: Roles) -> Layout:
    """-> where a table with these roles keeps what; authors and keywords are parted by ``names``."""

    def of(*wanted: str) -> tuple[str, ...]:
        return tuple(heading for role in wanted for heading in roles.get(role, ()))

    return Layout(
        type=of("type"),
        title=of("title"),
        year=of("year"),
        journal=of("journal"),
        volume=of("volume"),
        issue=of("issue"),
        pages=of("pages", "first_page"),
        last_page=of("last_page"),
        doi=of("doi"),
        doi_hints=of("url"),
        pmid=of("pmid"),
        pmid_hints=of("url"),
        issn=of("issn"),
        abstract=of("abstract"),
        urls=of("url"),
        language=of("language"),
        accession=of("accession"),
    )
