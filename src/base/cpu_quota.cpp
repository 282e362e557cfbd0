// Reads the CPU quota of control groups: which groups from /proc/self/cgroup, where they are
// mounted from /proc/self/mountinfo (see proc(5) and cgroups(7)), the limits from cpu.max or
// cpu.cfs_*.
#include "base/cpu_quota.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <string_view>
#include <vector>

namespace tightloop::base {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char block[4096];
  while (in && text.size() < kMaxFileBytes) {
    in.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool lists(std::string_view commas, std::string_view word) {
  const auto words = split(commas, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

// mountinfo writes blanks and backslashes of a path as three octal digits.
std::string decode_octal(std::string_view field) {
  const auto digit = [&](std::size_t i) { return field[i] >= '0' && field[i] <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size() && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      out += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 +
                               (field[i + 3] - '0'));
      i += 3;
    } else {
      out += field[i];
    }
  }
  return out;
}

struct Mount {
  std::string root;   ///< the group that the mount point shows
  std::string point;  ///< without a final slash
};

struct Group {
  bool v2 = false;
  Mount mount;
  std::string path;
};

// Finds where the hierarchy with the cpu controller (v1) or the unified one (v2) is mounted.
std::optional<Mount> find_mount(std::string_view mountinfo, bool v2) {
  for (std::string_view line : split(mountinfo, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto left = split(line.substr(0, dash), ' ');
    const auto right = split(line.substr(dash + 3), ' ');
    if (left.size() < 6 || right.size() < 3) continue;
    if (right[0] != (v2 ? "cgroup2" : "cgroup")) continue;
    if (!v2 && !lists(right[2], "cpu")) continue;
    Mount mount{decode_octal(left[3]), decode_octal(left[4])};
    while (!mount.point.empty() && mount.point.back() == '/') mount.point.pop_back();
    return mount;
  }
  return std::nullopt;
}

// A line is "id:controllers:path"; the unified hierarchy has id 0 and no controllers.
std::vector<Group> groups_of_process(const std::string& root) {
  const std::string mountinfo = read_text(root + "/proc/self/mountinfo");
  const std::string membership = read_text(root + "/proc/self/cgroup");
  std::vector<Group> groups;
  for (std::string_view line : split(membership, '\n')) {
    const std::size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool v2 = controllers.empty();
    if (!v2 && !lists(controllers, "cpu")) continue;
    if (auto mount = find_mount(mountinfo, v2)) {
      groups.push_back({v2, *std::move(mount), std::string(line.substr(second + 1))});
    }
  }
  return groups;
}

// The group's path below the mount point: inside a container the mount often shows the group
// itself, and the path names it as the host sees it.
std::string path_below(const Group& group) {
  const std::string& top = group.mount.root;
  std::string path = group.path;
  if (top != "/" && path.compare(0, top.size(), top) == 0 &&
      (path.size() == top.size() || path[top.size()] == '/')) {
    path.erase(0, top.size());
  } else if (top != "/" || path.find("..") != std::string::npos) {
    path.clear();
  }
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

std::optional<double> ratio(std::string_view quota, std::string_view period) {
  const auto number = [](std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    long long value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? value : -1;
  };
  const long long q = number(quota);
  const long long p = number(period);
  if (q <= 0 || p <= 0) return std::nullopt;  // "max", -1 or nonsense: no limit
  return static_cast<double>(q) / static_cast<double>(p);
}

std::optional<double> limit_of_folder(const std::string& folder, bool v2) {
  if (!v2) {
    return ratio(read_text(folder + "/cpu.cfs_quota_us"), read_text(folder + "/cpu.cfs_period_us"));
  }
  const std::string text = read_text(folder + "/cpu.max");
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  const std::string_view view = text;
  return ratio(view.substr(0, blank), view.substr(blank + 1));
}

}  // namespace

std::optional<double> cpu_quota(const std::string& root) {
  std::optional<double> least;
  for (const Group& group : groups_of_process(root)) {
    std::string path = path_below(group);
    while (true) {
      if (const auto limit = limit_of_folder(root + group.mount.point + path, group.v2)) {
        least = least ? std::min(*least, *limit) : *limit;
      }
      if (path.empty()) break;
      const std::size_t slash = path.rfind('/');
      path.erase(slash == std::string::npos ? 0 : slash);
    }
  }
  return least;
}

}  // namespace tightloop::base
