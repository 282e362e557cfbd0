// Images on disk: what is read back is what was written, by this user, for this key; damage, other
// people's folders and other builds only mean compiling.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "catch.hpp"
#include "exec/cache/disk_cache.hpp"
#include "exec/cache/image_file.hpp"
#include "exec/cache/kernel_cache.hpp"
#include "exec/cache/loaded_image.hpp"

namespace tightloop::exec {
namespace {

namespace fs = std::filesystem;

/// A private folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "tightloop-cache-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

kernel::KernelImage sample(unsigned seed = 1) {
  kernel::KernelImage image;
  std::mt19937 random(seed);
  image.bytes.resize(1000);
  for (unsigned char& b : image.bytes) b = static_cast<unsigned char>(random());
  image.entry = 64;
  image.imports = {{16, "tightloop_leaf_exp_float64x8", 0}, {24, "", 128}};
  return image;
}

fs::path only_file(const fs::path& folder) {
  fs::path found;
  int count = 0;
  for (const auto& e : fs::directory_iterator(folder)) {
    found = e.path();
    ++count;
  }
  REQUIRE(count == 1);
  return found;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void replace(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace

TEST_CASE(
    "exec: past the limit of files' sizes nothing is stored, and no signal ends the process") {
  const Folder folder;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_DFL);
    const struct rlimit limit = {100, 100};
    setrlimit(RLIMIT_FSIZE, &limit);
    DiskCache cache(folder.path.string(), "host 1");
    cache.store("plan", sample());
    _exit(cache.load("plan") ? 1 : 0);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("exec: the disk cache returns the image that was stored for a key") {
  const Folder folder;
  DiskCache cache((folder.path / "a" / "b").string(), "host 1");
  CHECK(!cache.load("plan"));
  cache.store("plan", sample());
  REQUIRE(cache.load("plan"));
  CHECK(*cache.load("plan") == sample());
  CHECK(!cache.load("plan "));
  CHECK(!DiskCache(cache.folder(), "host 2").load("plan"));
  CHECK(DiskCache(cache.folder(), "host 1").load("plan"));
  struct stat s {};
  REQUIRE(stat(cache.folder().c_str(), &s) == 0);
  CHECK((s.st_mode & 0777U) == 0700U);
  DiskCache off("", "host 1"), unknown(cache.folder(), "");
  off.store("plan", sample());
  CHECK(!off.load("plan"));
  CHECK(!unknown.load("plan"));
}

TEST_CASE("exec: damaged images are not read") {
  const Folder folder;
  DiskCache cache(folder.path.string(), "host");
  cache.store("plan", sample());
  const fs::path file = only_file(folder.path);
  const std::string whole = bytes_of(file);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    CHECK(!read_image("host\nplan", bad));
  }
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    CHECK(!read_image("host\nplan", std::string_view(whole).substr(0, size)));
  }
  CHECK(!read_image("host\nplan", whole + "x"));
  replace(file, whole.substr(0, whole.size() / 2));
  CHECK(!cache.load("plan"));
  replace(file, "");
  CHECK(!cache.load("plan"));
  cache.store("plan", sample());
  CHECK(cache.load("plan"));
}

TEST_CASE("exec: lengths in an image that lie are refused though the checksum is right") {
  const std::string key = "k";
  for (const std::uint64_t lie : {std::uint64_t{1} << 63, ~std::uint64_t{0}, std::uint64_t{5000}}) {
    std::string whole = write_image(key, sample());
    const std::size_t imports = std::string("tightloop kernel 1\n").size() + 8 + key.size() + 8;
    whole.replace(imports, 8, reinterpret_cast<const char*>(&lie), 8);
    whole.resize(whole.size() - 8);
    // Whatever the checksum says, the reader stops at the lie.
    CHECK(!read_image(key, whole + std::string(8, '\0')));
  }
}

TEST_CASE("exec: what others may write is not used") {
  const Folder folder;
  DiskCache cache(folder.path.string(), "host");
  cache.store("plan", sample());
  REQUIRE(cache.load("plan"));
  SECTION("a folder that everybody can write") {
    fs::permissions(folder.path, fs::perms::all);
    CHECK(!cache.load("plan"));
    cache.store("other", sample());
    fs::permissions(folder.path, fs::perms::owner_all);
    CHECK(!cache.load("other"));
  }
  SECTION("a file that the group can write") {
    fs::permissions(only_file(folder.path), fs::perms::group_write, fs::perm_options::add);
    CHECK(!cache.load("plan"));
  }
  SECTION("a symbolic link for the file") {
    const fs::path file = only_file(folder.path);
    const Folder elsewhere;
    fs::rename(file, elsewhere.path / "image");
    fs::create_symlink(elsewhere.path / "image", file);
    CHECK(!cache.load("plan"));
  }
  SECTION("a symbolic link for the folder") {
    const Folder elsewhere;
    const fs::path link = elsewhere.path / "link";
    fs::create_directory_symlink(folder.path, link);
    CHECK(!DiskCache(link.string(), "host").load("plan"));
  }
  SECTION("a pipe in place of the file does not block") {
    const fs::path file = only_file(folder.path);
    fs::remove(file);
    REQUIRE(mkfifo(file.c_str(), 0600) == 0);
    CHECK(!cache.load("plan"));
  }
}

TEST_CASE("exec: the disk cache stays within its size") {
  const Folder folder;
  DiskCache cache(folder.path.string(), "host", 20'000);
  for (int i = 0; i < 200; ++i) cache.store("plan " + std::to_string(i), sample());
  std::uintmax_t total = 0;
  for (const auto& e : fs::directory_iterator(folder.path)) total += e.file_size();
  CHECK(total <= 20'000 + 20'000 / 8 + 2'000);
  CHECK(total > 5'000);
}

TEST_CASE("exec: processes share the disk cache") {
  const Folder folder;
  DiskCache cache(folder.path.string(), "host");
  std::vector<pid_t> children;
  for (unsigned child = 0; child < 4; ++child) {
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      bool good = true;
      for (unsigned round = 0; round < 100; ++round) {
        const std::string plan = "plan " + std::to_string(round % 10);
        cache.store(plan, sample(round % 10));
        const auto image = cache.load(plan);
        good = good && image && *image == sample(round % 10);
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 1;
    waitpid(pid, &status, 0);
    CHECK(status == 0);
  }
  for (unsigned i = 0; i < 10; ++i) CHECK(cache.load("plan " + std::to_string(i)) == sample(i));
}

TEST_CASE("exec: images that cannot be linked are errors") {
  std::string error;
  CHECK(load_image({}, error) == nullptr);
  kernel::KernelImage image = sample();
  image.imports = {{0, "no_such_function", 0}};
  CHECK(load_image(image, error) == nullptr);
  CHECK(error.find("no_such_function") != std::string::npos);
  for (const std::uint64_t offset : {std::uint64_t{993}, std::uint64_t{1000}, ~std::uint64_t{0}}) {
    image.imports = {{offset, "memcpy", 0}};
    CHECK(load_image(image, error) == nullptr);
  }
  image.imports = {{0, "tightloop_leaf_exp_float64x3", 0}};
  CHECK(load_image(image, error) == nullptr);
  image.imports.clear();
  image.entry = image.bytes.size();
  CHECK(load_image(image, error) == nullptr);
}

TEST_CASE("exec: a kernel compiled by one cache is loaded by the next") {
  const Folder folder;
  kernel::KernelPlan plan;
  plan.kind = kernel::KernelKind::map;
  plan.loads = {{DType::float64, kernel::Access::contiguous, false}};
  kernel::Inst load, twice;
  load.op = Op::variable;
  load.lane = DType::float64;
  twice.op = Op::exp;
  twice.lane = DType::float64;
  twice.nargs = 1;
  twice.args[0] = 0;
  plan.body = {load, twice};
  plan.stores = {{DType::float64, 1}};
  const double in[11] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  std::vector<double> results[3];
  KernelOrigin expected[] = {KernelOrigin::compiled, KernelOrigin::disk, KernelOrigin::compiled};
  for (int round = 0; round < 3; ++round) {
    KernelCache cache("", folder.path.string());
    try {
      cache.backend();
    } catch (const NoCodeGenerator&) {
      return;  // built without LLVM
    }
    if (cache.folder().empty()) return;  // a build that cannot be told from others
    if (round == 2) {
      const fs::path file = only_file(folder.path);
      std::string bytes = bytes_of(file);
      bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] + 1);
      replace(file, bytes);
    }
    KernelOrigin origin{};
    const auto kernel = cache.get(plan, origin);
    CHECK(origin == expected[round]);
    results[round].resize(11);
    void* ptr[] = {const_cast<double*>(in), results[round].data()};
    const std::int64_t step[] = {0, 0};
    std::uint64_t events = 0;
    kernel::KernelFrame frame{11, 1, ptr, step, nullptr, nullptr, 0, &events};
    kernel->call(frame);
    CHECK(results[round] == results[0]);
    cache.get(plan, origin);
    CHECK(origin == KernelOrigin::memory);
  }
  CHECK(results[0][0] == 1.0);
}

}  // namespace tightloop::exec
