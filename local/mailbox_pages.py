"""The mailbox's two pages. What a mail holds is shown, never run: escaped, or in a frame without rights."""

from typing import TYPE_CHECKING

from jinja2 import Environment

if TYPE_CHECKING:
    from local.mailbox import Mail

PAGE = 200  # mails on one page

_STYLE = """<!doctype html><html lang="id"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
 body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
 table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem .3rem 0;
 border-bottom: 1px solid #ddd; vertical-align: top; overflow-wrap: anywhere }
 pre { white-space: pre-wrap; background: #f6f8fa; padding: 1rem } iframe { width: 100%; height: 32rem;
 border: 1px solid #ddd } a { color: #0b57d0 }
</style>"""

_LIST = (
    _STYLE
    + """<title>Kotak surat</title><h1>Kotak surat</h1>
<p>{{ total }} email sejak mulai. Tidak ada yang dikirim ke luar komputer ini.</p>
<table><tr><th>Untuk<th>Perihal<th>Masuk (UTC)
{% for number, mail in mails %}<tr><td>{{ mail.to }}
<td><a href="/mails/{{ number }}">{{ mail.subject or "-" }}</a><td>{{ mail.received.strftime("%H:%M:%S") }}
{% endfor %}</table>
{% if start %}<p><a href="/?before={{ start }}">Yang lebih lama</a></p>{% endif %}"""
)

_MAIL = (
    _STYLE
    + """<title>{{ mail.subject }}</title><p><a href="/">Kotak surat</a></p><h1>{{ mail.subject or "-" }}</h1>
<table>{% for name, value in mail.headers.items() %}<tr><th>{{ name }}<td>{{ value }}{% endfor %}</table>
{% for attachment in mail.attachments %}
<p>Lampiran: <a download="{{ attachment.filename }}"
 href="/mails/{{ number }}/attachments/{{ loop.index0 }}">{{ attachment.filename }}</a>
 ({{ attachment.content_type }}, {{ attachment.body | length }} byte)</p>
{% endfor %}
{% if mail.body("html") %}<h2>HTML</h2>
<iframe sandbox title="HTML" srcdoc="{{ mail.body("html") }}"></iframe>{% endif %}
{% if mail.body("plain") %}<h2>Teks</h2><pre>{{ mail.body("plain") }}</pre>{% endif %}"""
)

_pages = Environment(autoescape=True)
_list, _mail = _pages.from_string(_LIST), _pages.from_string(_MAIL)


def list_page(mails: "list[tuple[int, Mail]]", start: int, total: int) -> str:
    return _list.render(mails=mails, start=start, total=total)


def mail_page(number: int, mail: "Mail") -> str:
    return _mail.render(number=number, mail=mail)
