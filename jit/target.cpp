// Resolves a target's name into CPU, features and vector width. In: "" or a CPU name. Out: Target.
#include "jit/target.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

#include <llvm/ADT/StringMap.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

namespace tightloop::jit {
namespace {

// Raised whenever the emitter makes other code of the same plan: part of disk cache keys.
constexpr int kEmitterVersion = 13;

#if LLVM_VERSION_MAJOR >= 21
llvm::Triple triple_of(const std::string& text) {
  return llvm::Triple(text);
}
#else
const std::string& triple_of(const std::string& text) {
  return text;
}
#endif

void initialize_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

// Sorted, so that the fingerprint does not depend on hash order.
std::string host_feature_text(const llvm::StringMap<bool>& host) {
  std::vector<std::string> items;
  for (const auto& feature : host) {
    items.emplace_back(1, feature.getValue() ? '+' : '-');
    items.back() += feature.getKey();
  }
  std::sort(items.begin(), items.end(),
            [](const std::string& a, const std::string& b) { return a.substr(1) < b.substr(1); });
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += ',';
    text += item;
  }
  return text;
}

std::string missing_feature(const llvm::MCSubtargetInfo& wanted,
                            const llvm::StringMap<bool>& host) {
  std::string missing;
  for (const auto& feature : host) {
    if (feature.getValue()) continue;
    const std::string key = feature.getKey().str();
    if (wanted.checkFeatures("+" + key) && (missing.empty() || key < missing)) missing = key;
  }
  return missing;
}

}  // namespace

std::unique_ptr<llvm::TargetMachine> Target::machine() const {
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(description->createTargetMachine(
      triple_of(triple), cpu, features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small,
      llvm::CodeGenOptLevel::Default, /*JIT=*/true));
}

std::string Target::fingerprint() const {
  return cpu + "|" + features + "|" + triple + "|llvm " LLVM_VERSION_STRING "|emitter " +
         std::to_string(kEmitterVersion) + "|tuning " + tuning.text();
}

bool find_foreign_target(const std::string& triple, Target& out, std::string& error) {
  out.triple = triple;
  out.cpu = "generic";
  out.description = llvm::TargetRegistry::lookupTarget(triple_of(triple), error);
  return out.description != nullptr;
}

bool find_target(const std::string& request, Target& out, std::string& error) {
  initialize_llvm();
  const llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  if (!find_foreign_target(llvm::sys::getProcessTriple(), out, error)) return false;
  out.cpu = request.empty() ? llvm::sys::getHostCPUName().str() : request;
  out.features = request.empty() ? host_feature_text(host) : std::string();

  // Asked first with an empty name, because an unknown one makes LLVM print to stderr.
  std::unique_ptr<llvm::MCSubtargetInfo> any(
      out.description->createMCSubtargetInfo(triple_of(out.triple), "", ""));
  if (any == nullptr || !any->isCPUStringValid(out.cpu)) {
    if (!request.empty()) {
      error = "unknown target CPU '" + request + "'";
      return false;
    }
    out.cpu = "generic";
  }
  std::unique_ptr<llvm::MCSubtargetInfo> cpu(
      out.description->createMCSubtargetInfo(triple_of(out.triple), out.cpu, out.features));
  if (!request.empty()) {
    const std::string missing = missing_feature(*cpu, host);
    if (!missing.empty()) {
      error = "target '" + request + "' needs " + missing + ", which this CPU lacks";
      return false;
    }
  }
  out.x86 = llvm::Triple(out.triple).getArch() == llvm::Triple::x86_64;
  if (!out.x86) return true;
  out.avx512 = cpu->checkFeatures("+avx512f,+avx512bw,+avx512dq,+avx512vl");
  out.avx = cpu->checkFeatures("+avx2,+fma");
  out.f16c = out.avx512 || cpu->checkFeatures("+f16c");
  out.fma = out.avx512 || out.avx;
  out.vector_bytes = out.avx512 ? 64 : out.avx ? 32 : 16;
  return true;
}

}  // namespace tightloop::jit
