"""The feedback page's looks: nbconvert's template, in jinja2, with its style.

A terminal's colours are left out: many have too little contrast on paper.

`cell.metadata.gdgrader` and `resources.gdgrader` are of `gdgrader.feedback.page`. All
that a student wrote is escaped, or went through `gdgrader.feedback.safe_html`.
"""

STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 46rem; color: #222;
  background: #fff; font: 17px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.8rem 0 .6rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.35rem; } h3, h4 { font-size: 1.1rem; }
a { color: #005a8c; } .anchor-link { display: none; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid #bbb; padding: .2em .6em; }
code, pre { font: .88em/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
header h1 { margin-top: 0; } header .score { font-size: 1.2rem; margin: 0; }
header .score strong { font-size: 1.7rem; }
nav ul { list-style: none; margin: 1rem 0; padding: 0; border-top: 1px solid #ccc; }
nav li { display: flex; gap: .7em; padding: .3em 0; border-bottom: 1px solid #ccc; }
nav li a { flex: 1; } .mark { width: 1.2em; font-weight: 700; text-align: center; }
.right .mark { color: #00664a; } .wrong .mark { color: #a33f00; }
.points { white-space: nowrap; font-weight: 600; }
.code, .out { margin: .6rem 0; padding: .6rem .8rem; border-radius: 4px; }
.code { background: #f5f6f7; } .out { border-left: 3px solid #ccc; }
.card { margin: 1.2rem 0; padding: .8rem 1rem; border: 1px solid #bbb;
  border-left: 6px solid #666; border-radius: 4px; break-inside: avoid; }
.title { font-size: 1.1rem; font-weight: 700; margin: 0 0 .4rem;
  display: flex; gap: .5em; justify-content: space-between; }
.card h2 { margin: 0 0 .6rem; }
.card.right { border-left-color: #00664a; background: #f2faf7; }
.card.wrong { border-left-color: #a33f00; background: #fdf5f0; }
.card.notes { border-left-color: #005a8c; background: #f1f7fb; }
.card.right .code, .card.wrong .code { background: none; }
.hint { font-size: 1.05rem; margin: .4rem 0; }
.right .hint::first-letter { text-transform: uppercase; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem;
  margin: .4rem 0; }
dt { color: #444; } dd { margin: 0; overflow-wrap: anywhere; }
.comment { margin-top: .6rem; padding: .2rem .8rem; border-left: 4px solid #005a8c;
  background: #f1f7fb; }
@media print { body { max-width: none; padding: 0; } }
"""

TEMPLATE = (
    """
{%- extends 'display_priority.j2' -%}
{% from 'mathjax.html.j2' import mathjax %}

{% macro number(x) -%}{{ '%g' | format((x or 0) | float | round(2)) }}{%- endmacro %}
{% macro points(x) -%}
{%- if x.waiting -%}waits to be read{%- elif x.points is number -%}
{{ number(x.score) }} / {{ number(x.points) }}
{%- endif -%}
{%- endmacro %}
{% macro kind(x) -%}
{{ {true: 'right', false: 'wrong'}.get(x.right, 'open') }}
{%- endmacro %}
{% macro sign(x) -%}
{{ {true: '✓', false: '✗'}.get(x.right, '✎') }}
{%- endmacro %}
{% macro heading(x, title) -%}
<p class="title">{{ title | e }} <span class="points">{{ points(x) }}</span></p>
{%- endmacro %}
{% macro comment(x) -%}
{%- if x.comment -%}
<div class="comment"><strong>Comment</strong> {{ x.comment | markdown2html }}</div>
{%- endif -%}
{%- endmacro %}

{%- block header -%}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="object-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'">
{{ resources.gdgrader.head }}
<title>Feedback: {{ resources.nbgrader.notebook | e }}</title>
<style>"""
    + STYLE
    + """{{ resources.gdgrader.colours }}.highlight { background: none; }</style>
{%- if resources.gdgrader.maths %}{{ mathjax(resources.mathjax_url) }}{% endif %}
</head>
{%- endblock header -%}

{% block body_header %}
<body>
{%- set said = resources.gdgrader %}
<header>
<h1>Feedback: {{ resources.nbgrader.notebook | e }}</h1>
{% if said.failed is defined %}
<div class="card wrong">
<h2>This notebook could not be graded</h2>
<p>It has no score yet, which is not a score of zero.</p>
{% if said.failed %}
<p class="hint">The reason: {{ said.failed | e }}.</p>
<p>What to do: open your notebook in JupyterLab, choose <em>Restart Kernel and Run All
Cells</em>, save it, and hand in that file under its own name. If it does not open,
fetch the assignment again and copy your answers into it.</p>
{% else %}
<p class="hint">This is no fault of yours: the grader had trouble of its own.</p>
<p>What to do: nothing, but tell your teacher if no score follows.</p>
{% endif %}
</div>
{% else %}
<p class="score"><strong>{{ number(resources.nbgrader.score) }}</strong>
of {{ number(resources.nbgrader.max_score) }} points</p>
{% if resources.nbgrader.late_penalty %}
<p>{{ number(resources.nbgrader.late_penalty) }} points were taken off, as it was
late.</p>
{% endif %}
{% if said.waiting %}
<p>A person has still to read part of it, so the score may grow.</p>
{% endif %}
<nav aria-label="Exercises"><ul>
{% for x in said.exercises %}
<li class="{{ kind(x) }}"><span class="mark" aria-hidden="true">{{ sign(x) }}</span>
<a href="#{{ x.name | e }}">{{ x.title | e }}</a>
<span class="points">{{ points(x) }}</span></li>
{% endfor %}
</ul></nav>
{% if said.notes %}
<div class="card notes"><h2>When this was graded</h2>
<ul>{% for note in said.notes %}<li>{{ note | e }}</li>{% endfor %}</ul></div>
{% endif %}
{% endif %}
</header>
<main>
{% endblock body_header %}
{% block body_footer %}
</main>
</body>
{% endblock body_footer %}
{% block footer %}</html>
{% endblock footer %}
"""
    + """
{% block codecell %}
{%- set x = cell.metadata.gdgrader %}
{% if x.hints is defined %}
<section class="card {{ kind(x) }}" aria-label="{{ x.title | e }}"
 id="{{ x.name | e }}">
{{ heading(x, sign(x) ~ ' ' ~ x.title) }}
{% for hint in x.hints %}
<p class="hint">
{%- for part in hint %}
{%- if loop.index is odd %}{{ part | e }}{% else %}<code>{{ part | e }}</code>
{%- endif -%}
{%- endfor -%}
</p>
{% endfor %}
{% if x.details %}<dl>
{% for label, value in x.details %}
<dt>{{ label }}</dt><dd><code>{{ value | e }}</code></dd>
{% endfor %}
</dl>{% endif %}
</section>
{% elif x.answer %}
<div class="card" {% if x.title %}id="{{ x.name | e }}"{% endif %}>
{{ heading(x, 'Your answer') }}
{{ super() }}
{{ comment(x) }}
</div>
{% else %}
{{ super() }}
{% endif %}
{% endblock codecell %}

{% block input %}
{%- if cell.source.strip() %}
<div class="code">{{ cell.source | highlight_code(metadata=cell.metadata) }}</div>
{%- endif %}
{% endblock input %}

{% block output %}<div class="out">{{ super() }}</div>{% endblock output %}
{% block stream_stdout %}<pre>{{ output.text | strip_ansi | e }}</pre>{% endblock %}
{% block stream_stderr %}<pre>{{ output.text | strip_ansi | e }}</pre>{% endblock %}
{% block error %}<pre>{{ super() }}</pre>{% endblock error %}
{% block traceback_line %}{{ line | strip_ansi | e }}
{% endblock traceback_line %}
{% block data_text scoped %}<pre>{{ output.data['text/plain'] | strip_ansi | e }}</pre>
{% endblock data_text %}
{% macro picture(output, type) -%}
{%- set alt = output | get_metadata('alt', 'image/png') %}
<img src="data:{{ type }};base64,{{ output.data[type] | e }}"
 alt="{{ (alt or 'A figure that your code drew, without a description.') | e }}">
{%- endmacro %}
{% block data_png scoped %}{{ picture(output, 'image/png') }}{% endblock %}
{% block data_jpg scoped %}{{ picture(output, 'image/jpeg') }}{% endblock %}

{% block markdowncell scoped %}
{%- set x = cell.metadata.gdgrader %}
{% if x.answer %}
<div class="card" id="{{ x.name | e }}">
{{ heading(x, 'Your answer') }}
{{ cell.source | markdown2html }}
{{ comment(x) }}
</div>
{% else %}
<div>{{ cell.source | markdown2html }}</div>
{% endif %}
{% endblock markdowncell %}
{% block rawcell scoped %}<pre>{{ cell.source | e }}</pre>{% endblock rawcell %}
"""
)
