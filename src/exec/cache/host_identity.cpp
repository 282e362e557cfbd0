// The CPU by cpuid or the kernel's capability words, this library by its build id, the JIT object
// by its file's size and time.
#include "exec/cache/host_identity.hpp"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tightloop::exec {
namespace {

void put_hex(std::string& text, std::uint64_t value) {
  constexpr char digits[] = "0123456789abcdef";
  text += ' ';
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) text += digits[(value >> shift) & 15U];
}

#if defined(__x86_64__)
/// The registers of CPUID that name model and features, and those that the system saves.
std::string cpu_identity() {
  struct Leaf {
    unsigned leaf, sub;
    bool model_only;  // its other registers differ from core to core
  };
  constexpr Leaf leaves[] = {{0, 0, false}, {1, 0, true},   {7, 0, false},
                             {7, 1, false}, {13, 1, false}, {0x80000001U, 0, false}};
  std::string text = "x86";
  bool saves_state = false;
  for (const Leaf& l : leaves) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(l.leaf, l.sub, &a, &b, &c, &d) == 0) continue;
    if (l.leaf == 1) saves_state = (c & (1U << 27)) != 0;
    put_hex(text, a);
    if (!l.model_only && l.leaf != 13) put_hex(text, b);
    put_hex(text, l.leaf == 13 ? 0 : c);
    put_hex(text, l.leaf == 13 ? 0 : d);
  }
  if (saves_state) {
    unsigned low = 0, high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    put_hex(text, low);
  }
  return text;
}
#else
std::string cpu_identity() {
  std::string text = "cpu";
  put_hex(text, getauxval(AT_HWCAP));
  put_hex(text, getauxval(AT_HWCAP2));
  const auto* platform = reinterpret_cast<const char*>(getauxval(AT_PLATFORM));
  return platform == nullptr ? text : text + " " + platform;
}
#endif

struct BuildIdSearch {
  std::uintptr_t inside;  // an address of the binary in question
  std::string id;
};

int visit_binary(dl_phdr_info* info, std::size_t, void* context) {
  auto& search = *static_cast<BuildIdSearch*>(context);
  bool holds = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + p.p_vaddr;
    holds = holds || (p.p_type == PT_LOAD && search.inside - begin < p.p_memsz);
  }
  if (!holds) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type != PT_NOTE) continue;
    const auto* note = reinterpret_cast<const unsigned char*>(info->dlpi_addr + p.p_vaddr);
    const unsigned char* end = note + p.p_memsz;
    while (static_cast<std::size_t>(end - note) >= sizeof(ElfW(Nhdr))) {
      ElfW(Nhdr) header;
      std::memcpy(&header, note, sizeof header);
      const std::size_t name = (header.n_namesz + 3U) & ~std::size_t{3};
      const std::size_t size = (header.n_descsz + 3U) & ~std::size_t{3};
      note += sizeof header;
      if (static_cast<std::size_t>(end - note) < name + size) break;
      if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
          std::memcmp(note, "GNU", 4) == 0) {
        for (std::size_t k = 0; k < header.n_descsz; ++k) put_hex(search.id, note[name + k]);
        return 1;
      }
      note += name + size;
    }
  }
  return 1;
}

/// The build id that the linker left in the binary that holds this code; else its file's state.
std::string own_identity() {
  BuildIdSearch search{reinterpret_cast<std::uintptr_t>(&host_identity), {}};
  dl_iterate_phdr(visit_binary, &search);
  return search.id;
}

std::string file_identity(const std::string& path) {
  struct stat s {};
  if (stat(path.c_str(), &s) != 0) return {};
  std::string text;
  put_hex(text, static_cast<std::uint64_t>(s.st_size));
  put_hex(text, static_cast<std::uint64_t>(s.st_mtim.tv_sec));
  put_hex(text, static_cast<std::uint64_t>(s.st_mtim.tv_nsec));
  return text;
}

}  // namespace

std::string host_identity(const std::string& jit_path) {
  const std::string own = own_identity(), jit = file_identity(jit_path);
  if (own.empty() || jit.empty()) return {};
  return cpu_identity() + " |" + own + " |" + jit;
}

}  // namespace tightloop::exec
