# Sphinx's configuration of the documentation site; tools/site lays out the pages and runs it.
import re

import tightloop

project = "Tightloop"
author = "the authors of Tightloop"
version = release = tightloop.__version__
html_title = f"Tightloop {release}"
html_show_sphinx = False
html_copy_source = False

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
myst_heading_anchors = 3
highlight_language = "text"
nitpicky = True
# Types of other packages, and values, in signatures.
nitpick_ignore_regex = [("py:.*", r"(numpy|np|collections|os|typing|None|Any|tightloop\._).*")]

autodoc_member_order = "bysource"
autodoc_typehints = "none"
default_role = "code"
smartquotes_action = "De"  # quotes stay as they are typed
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#b93c08", "color-brand-content": "#b93c08"},
    "dark_css_variables": {"color-brand-primary": "#ff9a66", "color-brand-content": "#ff9a66"},
}
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True


# Docstrings are plain text with `code`, examples, and lists of arguments or attributes:
#     Args:
#         out: an array to write to.
def _as_rst(lines):
    out, heading = [], None
    for line in lines:
        if match := re.fullmatch(r"(Args|Attributes):", line):
            heading = match[1]
            continue
        if heading and line and not line.startswith(" "):
            heading = None
        if heading and (entry := re.fullmatch(r" {4}(\w[\w, ]*): (.*)", line)):
            kind = "param" if heading == "Args" else "ivar"
            names = _plain(entry[1]).replace(", ", ",")  # a space would part a type from a name
            out.append(f":{kind} {names}: {_plain(entry[2])}")
        else:
            out.append(line if line.lstrip().startswith((">>>", "...")) else _plain(line))
    return out


def _plain(line):
    """Escapes what is no markup: 2*x, raise_."""
    pieces = re.split(r"(`[^`]*`)", line)
    pieces[::2] = [re.sub(r"\*|_(?=\W|$)", r"\\\g<0>", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _on_docstring(app, what, name, obj, options, lines):
    lines[:] = [line for line in _as_rst(lines) if "Alias for field number" not in line]


def _on_signature(app, what, name, obj, options, signature, returns):
    """Objects come from functions, not from calls of their classes."""
    python = what == "class" and obj.__module__ != "tightloop._core"
    return ("", "") if python else None


def setup(app):
    app.connect("autodoc-process-docstring", _on_docstring)
    app.connect("autodoc-process-signature", _on_signature)
