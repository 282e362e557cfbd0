// The table of options, and :set.
#include "repl/settings.hpp"

#include <algorithm>
#include <charconv>

#include "repl/session.hpp"

namespace tightloop::tool {
namespace {

template <class Enum>
std::string chosen(const std::vector<std::string_view>& choices, Enum value) {
  return std::string(choices[static_cast<std::size_t>(value)]);
}

template <class Enum>
Enum choice(const std::vector<std::string_view>& choices, std::string_view value) {
  return static_cast<Enum>(std::find(choices.begin(), choices.end(), value) - choices.begin());
}

bool read_number(std::string_view text, int most, int& to) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < 0 || value > most)
    return false;
  to = value;
  return true;
}

// In the order of the enumerations.
const std::vector<std::string_view> kPromotions = {"exact", "numpy", "numexpr"};
const std::vector<std::string_view> kFps = {"strict", "fast"};
const std::vector<std::string_view> kOverflows = {"wrap", "check", "by_promotion"};

const std::vector<Setting>& table() {
  static const std::vector<Setting> settings = {
      {"promotion", kPromotions,
       "how result types follow: exact integers, NumPy's or numexpr's rules",
       [](Session& s) { return chosen(kPromotions, s.workspace().settings().promotion); },
       [](Session& s, std::string_view v) {
         s.workspace().settings().promotion = choice<Promotion>(kPromotions, v);
         return true;
       }},
      {"fp", kFps, "strict: IEEE 754 in the order written; fast: may fuse and reassociate",
       [](Session& s) { return chosen(kFps, s.workspace().settings().fp); },
       [](Session& s, std::string_view v) {
         s.workspace().settings().fp = choice<Fp>(kFps, v);
         return true;
       }},
      {"overflow", kOverflows,
       "an integer past 64 bits: wraps, or is an error; by_promotion: an error if exact",
       [](Session& s) { return chosen(kOverflows, s.workspace().settings().overflow); },
       [](Session& s, std::string_view v) {
         s.workspace().settings().overflow = choice<Overflow>(kOverflows, v);
         return true;
       }},
      {"threads",
       {},
       "at most so many threads; 0: all that are allowed",
       [](Session& s) { return std::to_string(s.workspace().settings().threads); },
       [](Session& s, std::string_view v) {
         return read_number(v, 4096, s.workspace().settings().threads);
       }},
      {"precision",
       {},
       "digits after the point of printed arrays, 0 to 17",
       [](Session& s) { return std::to_string(s.precision); },
       [](Session& s, std::string_view v) { return read_number(v, 17, s.precision); }},
  };
  return settings;
}

std::string values_of(const Setting& setting) {
  std::string out;
  for (std::string_view choice : setting.choices) {
    out += (out.empty() ? "" : ", ") + std::string(choice);
  }
  return out;
}

std::string list(Session& session) {
  std::string out;
  for (const Setting& setting : settings()) {
    std::string line = "  " + std::string(setting.name);
    line.resize(14, ' ');
    line += setting.get(session);
    line.resize(std::max<std::size_t>(line.size() + 1, 24), ' ');
    out += line + std::string(setting.doc) + "\n";
  }
  return out;
}

}  // namespace

std::span<const Setting> settings() {
  return table();
}

void set_command(Session& session, const CommandText& text) {
  const std::string_view words = text.text();
  if (words.empty()) return session.print(list(session));
  const std::size_t cut = std::min(words.find_first_of(" \t"), words.size());
  const std::string_view name = words.substr(0, cut);
  const std::size_t begin = std::min(words.find_first_not_of(" \t=", cut), words.size());
  const std::string_view value = words.substr(begin);
  std::string names;
  for (const Setting& setting : settings()) {
    names += (names.empty() ? "" : ", ") + std::string(setting.name);
    if (setting.name != name) continue;
    if (value.empty()) {
      return session.print(std::string(name) + " is " + setting.get(session) + "\n");
    }
    const bool number = setting.choices.empty();
    const bool known = number || std::find(setting.choices.begin(), setting.choices.end(), value) !=
                                     setting.choices.end();
    if (known && setting.set(session, value)) return;
    refuse(text, "'" + std::string(value) + "' is no value of " + std::string(name),
           number ? std::string(setting.doc) : "values are " + values_of(setting));
  }
  refuse(text, "unknown option '" + std::string(name) + "'", "options are " + names);
}

}  // namespace tightloop::tool
