// The number of CPUs: control groups read from folders made for the purpose, and the environment.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "base/cpu_quota.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"

using tightloop::base::available_cpus;
using tightloop::base::cpu_quota;

namespace {

// A folder that stands for the root of a system, removed at the end.
class System {
 public:
  System() {
    std::string name = (std::filesystem::temp_directory_path() / "tightloop-quota-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~System() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  System& file(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root_ + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
    return *this;
  }
  std::optional<double> quota() const { return cpu_quota(root_); }

 private:
  std::string root_;
};

const char* const kUnified =
    "25 30 0:23 / /sys rw,nosuid - sysfs sysfs rw\n"
    "31 25 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

}  // namespace

TEST_CASE("base: no control groups, no quota") {
  System system;
  CHECK_FALSE(system.quota());
  system.file("/proc/self/cgroup", "0::/\n");
  CHECK_FALSE(system.quota());
  system.file("/proc/self/mountinfo", kUnified);
  CHECK_FALSE(system.quota());
}

TEST_CASE("base: the unified hierarchy's quota") {
  System system;
  system.file("/proc/self/cgroup", "0::/user/job\n").file("/proc/self/mountinfo", kUnified);
  SECTION("of the group") {
    system.file("/sys/fs/cgroup/user/job/cpu.max", "150000 100000\n");
    CHECK(system.quota() == 1.5);
  }
  SECTION("the least on the way up counts") {
    system.file("/sys/fs/cgroup/user/job/cpu.max", "800000 100000\n")
        .file("/sys/fs/cgroup/user/cpu.max", "50000 100000\n")
        .file("/sys/fs/cgroup/cpu.max", "max 100000\n");
    CHECK(system.quota() == 0.5);
  }
  SECTION("max is none") {
    system.file("/sys/fs/cgroup/user/job/cpu.max", "max 100000\n");
    CHECK_FALSE(system.quota());
  }
  SECTION("nonsense is none") {
    for (const char* text : {"", "\n", "1", "-5 100", "5 0", "a b", "99999999999999999999 1",
                             "100000 ", " 100000", "1e5 1e5"}) {
      CAPTURE(text);
      system.file("/sys/fs/cgroup/user/job/cpu.max", text);
      CHECK_FALSE(system.quota());
    }
  }
}

TEST_CASE("base: a container sees its own group as the root") {
  System system;
  system.file("/proc/self/cgroup", "0::/../../pods/a\n").file("/proc/self/mountinfo", kUnified);
  system.file("/sys/fs/cgroup/cpu.max", "300000 100000\n");
  CHECK(system.quota() == 3.0);
}

TEST_CASE("base: the cpu controller of version 1") {
  System system;
  system.file("/proc/self/cgroup",
              "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc/inner\n0::/unused\n");
  const std::string mount_end = " rw - cgroup cgroup rw,cpu,cpuacct\n";
  const std::string folder = "/sys/fs/cgroup/cpu group";
  SECTION("mounted at the group, as in a container, at a path with a blank") {
    system.file("/proc/self/mountinfo",
                "40 39 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                "41 39 0:31 /docker/abc /sys/fs/cgroup/cpu\\040group" +
                    mount_end);
    system.file(folder + "/inner/cpu.cfs_quota_us", "-1\n")
        .file(folder + "/inner/cpu.cfs_period_us", "100000\n")
        .file(folder + "/cpu.cfs_quota_us", "250000\n")
        .file(folder + "/cpu.cfs_period_us", "100000\n");
    CHECK(system.quota() == 2.5);
  }
  SECTION("mounted at the host's root") {
    system.file("/proc/self/mountinfo", "41 39 0:31 / /sys/fs/cgroup/cpu\\040group" + mount_end);
    system.file(folder + "/docker/abc/inner/cpu.cfs_quota_us", "20000\n")
        .file(folder + "/docker/abc/inner/cpu.cfs_period_us", "10000\n");
    CHECK(system.quota() == 2.0);
  }
}

TEST_CASE("base: the environment lowers the number of CPUs, never raises it") {
  const char* before = std::getenv("TIGHTLOOP_NUM_THREADS");
  const std::string kept = before == nullptr ? "" : before;
  unsetenv("TIGHTLOOP_NUM_THREADS");
  const int all = available_cpus();
  CHECK(all >= 1);
  CHECK(all <= static_cast<int>(std::thread::hardware_concurrency()));
  setenv("TIGHTLOOP_NUM_THREADS", "1", 1);
  CHECK(available_cpus() == 1);
  for (const char* text : {"", "0", "-1", "4097", "4096", "two", "2x", "99999999999999999999"}) {
    CAPTURE(text);
    setenv("TIGHTLOOP_NUM_THREADS", text, 1);
    CHECK(available_cpus() == all);
  }
  if (before != nullptr) {
    setenv("TIGHTLOOP_NUM_THREADS", kept.c_str(), 1);
  } else {
    unsetenv("TIGHTLOOP_NUM_THREADS");
  }
}
