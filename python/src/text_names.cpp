// Finds the names of a text by its tokens and keeps them by the text.
#include "text_names.hpp"

#include <algorithm>
#include <memory>

#include "tightloop/definitions.hpp"
#include "tightloop/language.hpp"

namespace tightloop::python {
namespace {

constexpr Py_ssize_t kMostTexts = 4096;

bool is_constant(std::string_view name) {
  return name == "pi" || name == "e" || name == "inf" || name == "nan";
}

/// Tells how large arrays a text may make by itself. What is not sure to be element-wise or a
/// reduction changes the alignment of axes, or multiplies matrices.
Reach own_reach(std::string_view text) {
  if (text.find("broadcast_to") != text.npos) return Reach::any;
  for (const char* part : {"[", "@", ".T", "transpose", "reshape", "ravel", "flatten", "matmul",
                           "dot", "inner", "outer", "einsum", "axis"}) {
    if (text.find(part) != text.npos) return Reach::product;
  }
  return Reach::broadcast;
}

/// Walks over the tokens of a text.
class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text), tokens_(tl::tokenize(text)) {}

  template <class F>
  void each(F&& found) {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const tl::Token& token = tokens_[i];
      if (token.kind == tl::TokenKind::open) ++depth_;
      if (token.kind == tl::TokenKind::close) --depth_;
      if (token.kind != tl::TokenKind::name) continue;
      if (kind(i, -1) == tl::TokenKind::dot) continue;  // an attribute or a method
      const tl::TokenKind next = kind(i, 1);
      const std::string_view name = spelling(i);
      if (next == tl::TokenKind::open && spelling(i + 1) == "(") continue;  // a function
      if (next == tl::TokenKind::assign) {
        // In brackets the name of a keyword, outside a name that the text binds.
        if (depth_ == 0) bound_.push_back(name);
        continue;
      }
      const bool optional = is_constant(name) || next == tl::TokenKind::dot ||
                            tl::find_dtype(name).has_value() ||
                            std::find(bound_.begin(), bound_.end(), name) != bound_.end();
      found(name, optional);
    }
  }

 private:
  tl::TokenKind kind(std::size_t i, int step) const {
    if (step < 0 && i == 0) return tl::TokenKind::bad;
    const std::size_t at = i + static_cast<std::size_t>(step);
    return at < tokens_.size() ? tokens_[at].kind : tl::TokenKind::bad;
  }
  std::string_view spelling(std::size_t i) const {
    return text_.substr(tokens_[i].span.begin, tokens_[i].span.end - tokens_[i].span.begin);
  }
  std::string_view text_;
  std::vector<tl::Token> tokens_;
  std::vector<std::string_view> bound_;
  int depth_ = 0;
};

std::unique_ptr<TextNames> read(PyObject* text) {
  auto made = std::make_unique<TextNames>();
  Py_ssize_t size = 0;
  const char* utf8 = checked(PyUnicode_AsUTF8AndSize(text, &size));
  made->source = Ref::borrow(text);
  made->text = {utf8, static_cast<std::size_t>(size)};
  made->reach = own_reach(made->text);
  Finder(made->text).each([&](std::string_view name, bool optional) {
    for (TextName& known : made->names) {
      if (known.text != name) continue;
      known.optional = known.optional && optional;
      return;
    }
    PyObject* object =
        checked(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size())));
    PyUnicode_InternInPlace(&object);
    made->names.push_back({object, name, optional});
  });
  return made;
}

void free_names(PyObject* capsule) {
  delete static_cast<TextNames*>(PyCapsule_GetPointer(capsule, nullptr));
}

/// The texts that have been met, each with a capsule. The dictionary is its own lock; of two
/// capsules for one text the later stays.
PyObject* known_texts() {
  static PyObject* known = PyDict_New();
  return checked(known);
}

const TextNames& of_capsule(PyObject* capsule) {
  return *static_cast<const TextNames*>(PyCapsule_GetPointer(capsule, nullptr));
}

}  // namespace

TextNames::~TextNames() {
  for (const TextName& name : names) Py_DECREF(name.object);
}

Reach reach_of(const TextNames& text) {
  return tl::default_definitions().version() != 0 ? Reach::any : text.reach;
}

const TextNames& names_of(PyObject* text, Ref& keep) {
  if (!PyUnicode_Check(text)) {
    fail(PyExc_TypeError, "the expression must be a str, not %s", Py_TYPE(text)->tp_name);
  }
  PyObject* known = known_texts();
  keep = item_of(known, text);
  if (keep) return of_capsule(keep.get());
  auto made = read(text);
  keep = Ref(checked(PyCapsule_New(made.get(), nullptr, free_names)));
  made.release();
  if (PyDict_GET_SIZE(known) >= kMostTexts) PyDict_Clear(known);
  if (PyDict_SetItem(known, text, keep.get()) < 0) throw PythonError{};
  return of_capsule(keep.get());
}

Ref names_as_tuple(PyObject* text) {
  Ref keep;
  const TextNames& known = names_of(text, keep);
  Ref tuple(checked(PyTuple_New(static_cast<Py_ssize_t>(known.names.size()))));
  for (std::size_t i = 0; i < known.names.size(); ++i) {
    Py_INCREF(known.names[i].object);
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), known.names[i].object);
  }
  return tuple;
}

}  // namespace tightloop::python
