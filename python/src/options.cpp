// Reads options; each has one row in a table.
#include "options.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "numpy_api.hpp"
#include "tightloop/options.hpp"

namespace tightloop::python {
namespace {

template <class E>
struct Word {
  std::string_view text;
  E value;
};

constexpr Word<tl::Promotion> kPromotions[] = {{"exact", tl::Promotion::exact},
                                               {"numpy", tl::Promotion::numpy},
                                               {"numexpr", tl::Promotion::numexpr}};
constexpr Word<tl::Fp> kFps[] = {{"strict", tl::Fp::strict}, {"fast", tl::Fp::fast}};
constexpr Word<tl::Overflow> kOverflows[] = {{"wrap", tl::Overflow::wrap},
                                             {"check", tl::Overflow::check},
                                             {"by_promotion", tl::Overflow::by_promotion}};
constexpr Word<tl::Casting> kCastings[] = {
    {"standard", tl::Casting::standard}, {"no", tl::Casting::no},
    {"safe", tl::Casting::safe},         {"same_kind", tl::Casting::same_kind},
    {"unsafe", tl::Casting::unsafe},     {"same_value", tl::Casting::same_value},
    {"wrap", tl::Casting::wrap},         {"saturate", tl::Casting::saturate}};
constexpr Word<tl::EventKind> kEvents[] = {{"divide", tl::EventKind::divide},
                                           {"invalid", tl::EventKind::invalid},
                                           {"overflow", tl::EventKind::overflow},
                                           {"underflow", tl::EventKind::underflow}};

template <class E, std::size_t N>
E read_word(const char* option, const Word<E> (&words)[N], PyObject* value) {
  std::string list;
  if (PyUnicode_Check(value)) {
    const std::string_view typed = checked(PyUnicode_AsUTF8(value));
    for (const auto& word : words) {
      if (word.text == typed) return word.value;
    }
  }
  for (const auto& word : words) {
    list += (list.empty() ? "'" : ", '") + std::string(word.text) + "'";
  }
  fail(PyUnicode_Check(value) ? PyExc_ValueError : PyExc_TypeError, "%s is %R; it is one of %s",
       option, value, list.c_str());
}

std::uint64_t read_count(const char* option, PyObject* value) {
  const Ref index(PyNumber_Index(value));
  if (index) {
    const unsigned long long count = PyLong_AsUnsignedLongLong(index.get());
    if (PyErr_Occurred() == nullptr) return count;
  }
  PyErr_Clear();
  fail(PyExc_ValueError, "%s is %R; it must be a count, or 0 for no bound", option, value);
}

int read_threads(PyObject* value) {
  const Ref index(PyNumber_Index(value));
  if (index) {
    const long count = PyLong_AsLong(index.get());
    if (PyErr_Occurred() == nullptr && count >= 0 && count <= INT_MAX)
      return static_cast<int>(count);
  }
  PyErr_Clear();
  fail(PyExc_ValueError, "threads is %R; it must be 0 (all) or a positive number", value);
}

tl::EventSet read_event_set(PyObject* value) {
  if (PyUnicode_Check(value)) {
    if (PyUnicode_CompareWithASCIIString(value, "all") == 0) return tl::EventSet::all();
    return {read_word("raise_", kEvents, value)};
  }
  tl::EventSet set;
  const Ref list(PySequence_Tuple(value));
  if (!list) {
    PyErr_Clear();
    fail(PyExc_TypeError,
         "raise_ must be 'all', a kind of event such as 'divide', or a list of kinds");
  }
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(list.get()); ++i) {
    set.add(read_word("raise_", kEvents, PyTuple_GET_ITEM(list.get(), i)));
  }
  return set;
}

struct Row {
  const char* name;
  void (*take)(Choices& choices, PyObject* value);  // of a value that is not None
};

constexpr Row kRows[] = {
    {"out", [](Choices& c, PyObject* v) { c.out = v; }},
    {"vars", [](Choices& c, PyObject* v) { c.variables = v; }},
    {"local_dict", [](Choices& c, PyObject* v) { c.variables = v; }},
    {"global_dict", [](Choices& c, PyObject* v) { c.more_variables = v; }},
    {"threads", [](Choices& c, PyObject* v) { c.options.threads = read_threads(v); }},
    {"promotion",
     [](Choices& c, PyObject* v) { c.options.promotion = read_word("promotion", kPromotions, v); }},
    {"casting",
     [](Choices& c, PyObject* v) { c.options.casting = read_word("casting", kCastings, v); }},
    {"overflow",
     [](Choices& c, PyObject* v) { c.options.overflow = read_word("overflow", kOverflows, v); }},
    {"fp", [](Choices& c, PyObject* v) { c.options.fp = read_word("fp", kFps, v); }},
    {"dtype", [](Choices& c, PyObject* v) { c.options.dtype = read_dtype(v); }},
    {"most_elements",
     [](Choices& c, PyObject* v) { c.options.most_elements = read_count("most_elements", v); }},
    {"most_bytes",
     [](Choices& c, PyObject* v) { c.options.most_bytes = read_count("most_bytes", v); }},
    {"events",
     [](Choices& c, PyObject* v) {
       if (!PyList_Check(v)) fail(PyExc_TypeError, "events must be a list, which receives them");
       c.events = v;
       c.options.events = &c.event_list;
     }},
    {"raise_", [](Choices& c, PyObject* v) { c.options.raise = read_event_set(v); }},
};
constexpr std::size_t kCount = std::size(kRows);

/// The names as interned strings, so that most comparisons are of addresses.
const std::array<PyObject*, kCount>& interned() {
  static const std::array<PyObject*, kCount> names = [] {
    std::array<PyObject*, kCount> made{};
    for (std::size_t i = 0; i < kCount; ++i)
      made[i] = checked(PyUnicode_InternFromString(kRows[i].name));
    return made;
  }();
  return names;
}

/// The number of letters that have to be changed, left out or added.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t above = row[k];
      row[k] = std::min({above + 1, row[k - 1] + 1, corner + (a[i - 1] == b[k - 1] ? 0 : 1)});
      corner = above;
    }
  }
  return row[b.size()];
}

}  // namespace

bool Choices::take(PyObject* name, PyObject* value) {
  const auto& names = interned();
  auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end() && !PyUnicode_CHECK_INTERNED(name)) {
    at = std::find_if(names.begin(), names.end(),
                      [&](PyObject* known) { return PyUnicode_Compare(known, name) == 0; });
  }
  if (at == names.end()) return false;
  if (value != Py_None) kRows[at - names.begin()].take(*this, value);
  return true;
}

void Choices::report_events() const {
  if (events == nullptr) return;
  const Ref make = attribute_of_module("tightloop._events", "Event");
  for (const tl::Event& event : event_list) {
    const Ref index(checked(PyTuple_New(event.index.size())));
    for (int i = 0; i < event.index.size(); ++i) {
      PyTuple_SET_ITEM(index.get(), i, checked(PyLong_FromLongLong(event.index[i])));
    }
    const Ref made(checked(
        PyObject_CallFunction(make.get(), "ss(nn)O", tl::to_string(event.kind),
                              event.expression.c_str(), static_cast<Py_ssize_t>(event.span.begin),
                              static_cast<Py_ssize_t>(event.span.end), index.get())));
    if (PyList_Append(events, made.get()) < 0) throw PythonError{};
  }
}

Ref option_names() {
  Ref tuple(checked(PyTuple_New(static_cast<Py_ssize_t>(kCount))));
  for (std::size_t i = 0; i < kCount; ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), Py_NewRef(interned()[i]));
  }
  return tuple;
}

std::string_view nearest_option(std::string_view typed) {
  std::string_view best;
  std::size_t least = 3;
  for (const Row& row : kRows) {
    const std::size_t changes = distance(typed, row.name);
    if (changes < least && changes < typed.size()) {
      least = changes;
      best = row.name;
    }
  }
  return best;
}

}  // namespace tightloop::python
