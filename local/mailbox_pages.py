"""The mailbox's two pages. What a mail holds is shown, never run: escaped, or in a frame without rights."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import Environment

if TYPE_CHECKING:
    from local.mailbox import Mail

PAGE = 200  # mails on one page

_STYLE = """<!doctype html><html lang="id"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
 :root { color-scheme: light dark }
 body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 1rem auto; padding: 0 1rem;
 overflow-wrap: anywhere }
 h1 { font-size: 1.4rem; line-height: 1.3; margin: .5rem 0 } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem }
 ol { list-style: none; margin: 1rem 0; padding: 0 } p { margin: .5rem 0 }
 li { padding: .6rem 0; border-top: 1px solid #8884 } li span { display: block; font-size: .9rem }
 dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0 }
 dd { margin: 0 }
 pre { white-space: pre-wrap; background: #8882; padding: 1rem; margin: 0 }
 iframe { width: 100%; height: 42rem; border: 1px solid #8886; background: #fff }
</style>"""

_LIST = (
    _STYLE
    + """<title>Kotak surat</title><h1>Kotak surat</h1>
<p>{{ total }} email sejak mulai, yang terbaru di atas. Tidak ada yang dikirim ke luar komputer ini.</p>
<ol>{% for number, mail in mails %}<li><a href="/mails/{{ number }}">{{ mail.subject or "-" }}</a>
<span>{{ mail.to }}, {{ mail.received | clock }}</span>
{% endfor %}</ol>
{% if start %}<p><a href="/?before={{ start }}">Yang lebih lama</a></p>{% endif %}"""
)

_MAIL = (
    _STYLE
    + """<title>{{ mail.subject }}</title><p><a href="/">Kotak surat</a></p><h1>{{ mail.subject or "-" }}</h1>
<dl>{% for label, name in (("Dari", "From"), ("Untuk", "To"), ("Balas ke", "Reply-To")) %}
{% if name in mail.headers %}<dt>{{ label }}<dd>{{ mail.headers[name] }}{% endif %}{% endfor %}
<dt>Masuk<dd>{{ mail.received | clock }}</dl>
{% for attachment in mail.attachments %}
<p>Lampiran: <a download="{{ attachment.filename }}"
 href="/mails/{{ number }}/attachments/{{ loop.index0 }}">{{ attachment.filename }}</a>
 ({{ attachment.content_type }}, {{ attachment.body | length }} byte)</p>
{% endfor %}
{% if mail.body("html") %}<h2>Tampilan lengkap</h2>
<iframe sandbox title="HTML" srcdoc="{{ mail.body("html") }}"></iframe>{% endif %}
{% if mail.body("plain") %}<h2>Sebagai teks saja</h2><pre>{{ mail.body("plain") }}</pre>{% endif %}
<details><summary>Semua kepala surat</summary>
<dl>{% for name, value in mail.headers.items() %}<dt>{{ name }}<dd>{{ value }}{% endfor %}</dl></details>"""
)


def clock(moment: datetime) -> str:
    return f"pukul {moment.astimezone(ZoneInfo('Asia/Jakarta')):%H.%M.%S} WIB"


_pages = Environment(autoescape=True)
_pages.filters["clock"] = clock
_list, _mail = _pages.from_string(_LIST), _pages.from_string(_MAIL)


def list_page(mails: "list[tuple[int, Mail]]", start: int, total: int) -> str:
    return _list.render(mails=mails, start=start, total=total)


def mail_page(number: int, mail: "Mail") -> str:
    return _mail.render(number=number, mail=mail)
