// JITLink with memory of our own: addresses are pretended, bytes are kept.
#include "jit/image.hpp"

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/JITLink/JITLink.h>
#include <llvm/Support/MathExtras.h>

namespace tightloop::jit {
namespace {

namespace jitlink = llvm::jitlink;
namespace orc = llvm::orc;

// Where the image pretends to be, and, out of reach of relative addresses, what it imports: so
// imports stay absolute addresses in a table.
constexpr std::uint64_t kBase = std::uint64_t{1} << 32;
constexpr std::uint64_t kImports = std::uint64_t{1} << 46;

#if LLVM_VERSION_MAJOR >= 20
std::string name_of(const orc::SymbolStringPtr& name) {
  return (*name).str();
}
#else
std::string name_of(llvm::StringRef name) {
  return name.str();
}
#endif

/// Lays segments one after the other in a buffer.
class ImageMemory : public jitlink::JITLinkMemoryManager {
 public:
  explicit ImageMemory(kernel::KernelImage& image) : image_(image) {}

  void allocate(const jitlink::JITLinkDylib*, jitlink::LinkGraph& graph,
                OnAllocatedFunction done) override {
    jitlink::BasicLayout layout(graph);
    std::uint64_t size = 0;
    for (auto& part : layout.segments()) {
      size = llvm::alignTo(size, part.second.Alignment);
      part.second.Addr = orc::ExecutorAddr(kBase + size);
      size += part.second.ContentSize + part.second.ZeroFillSize;
    }
    image_.bytes.assign(size, 0);
    for (auto& part : layout.segments()) {
      part.second.WorkingMem =
          reinterpret_cast<char*>(image_.bytes.data()) + (part.second.Addr.getValue() - kBase);
    }
    if (llvm::Error e = layout.apply()) return done(std::move(e));
    done(std::make_unique<Allocation>());
  }
  void deallocate(std::vector<FinalizedAlloc> allocations, OnDeallocatedFunction done) override {
    for (FinalizedAlloc& a : allocations) a.release();
    done(llvm::Error::success());
  }

 private:
  class Allocation : public InFlightAlloc {
   public:
    void abandon(OnAbandonedFunction done) override { done(llvm::Error::success()); }
    void finalize(OnFinalizedFunction done) override {
      done(FinalizedAlloc(orc::ExecutorAddr(kBase)));
    }
  };
  kernel::KernelImage& image_;
};

llvm::Error failure(const std::string& message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), "%s", message.c_str());
}

/// Collects the image of one link. Lives inside link(), so what it finds is written to the
/// caller's.
class ImageLink : public jitlink::JITLinkContext {
 public:
  ImageLink(const std::string& entry, kernel::KernelImage& image, std::string& error)
      : JITLinkContext(nullptr), entry_(entry), image_(image), error_(error), memory_(image) {}

  jitlink::JITLinkMemoryManager& getMemoryManager() override { return memory_; }
  void notifyFailed(llvm::Error e) override { error_ = llvm::toString(std::move(e)); }

  void lookup(const LookupMap& symbols,
              std::unique_ptr<jitlink::JITLinkAsyncLookupContinuation> done) override {
    jitlink::AsyncLookupResult found;
    for (const auto& symbol : symbols) {
      found[symbol.first] = {orc::ExecutorAddr(kImports), llvm::JITSymbolFlags::Exported};
    }
    done->run(std::move(found));
  }

  llvm::Error notifyResolved(jitlink::LinkGraph& graph) override {
    for (const auto* symbol : graph.defined_symbols()) {
      if (!symbol->hasName() || name_of(symbol->getName()) != entry_) continue;
      image_.entry = symbol->getAddress().getValue() - kBase;
      return llvm::Error::success();
    }
    return failure("the object has no kernel");
  }
  void notifyFinalized(jitlink::JITLinkMemoryManager::FinalizedAlloc allocation) override {
    allocation.release();
  }

  llvm::Error modifyPassConfig(jitlink::LinkGraph&, jitlink::PassConfiguration& passes) override {
    passes.PreFixupPasses.push_back([this](jitlink::LinkGraph& graph) { return note(graph); });
    return llvm::Error::success();
  }

 private:
  /// Lists the absolute addresses; whatever else refers to an import cannot be moved.
  llvm::Error note(jitlink::LinkGraph& graph) {
    for (const auto* block : graph.blocks()) {
      for (const auto& edge : block->edges()) {
        if (!edge.isRelocation()) continue;
        const auto& target = edge.getTarget();
        const bool absolute = llvm::StringRef(graph.getEdgeKindName(edge.getKind())) == "Pointer64";
        if (!absolute && !target.isDefined()) {
          return failure("kernel code refers to a symbol by a relative address");
        }
        if (!absolute) continue;
        kernel::KernelImage::Import import;
        import.offset = (block->getAddress() + edge.getOffset()).getValue() - kBase;
        import.addend = edge.getAddend();
        if (target.isDefined()) {
          import.addend += static_cast<std::int64_t>(target.getAddress().getValue() - kBase);
        } else {
          import.symbol = name_of(target.getName());
        }
        image_.imports.push_back(std::move(import));
      }
    }
    return llvm::Error::success();
  }

  const std::string& entry_;
  kernel::KernelImage& image_;
  std::string& error_;
  ImageMemory memory_;
};

}  // namespace

bool make_image(const llvm::MemoryBuffer& object, const std::string& entry,
                kernel::KernelImage& image, std::string& error) {
#if LLVM_VERSION_MAJOR >= 20
  // Names outlive the graph: the link's own tables drop theirs after it.
  const auto names = std::make_shared<orc::SymbolStringPool>();
  auto graph = jitlink::createLinkGraphFromObject(object.getMemBufferRef(), names);
#else
  auto graph = jitlink::createLinkGraphFromObject(object.getMemBufferRef());
#endif
  if (!graph) {
    error = llvm::toString(graph.takeError());
    return false;
  }
  image = {};
  jitlink::link(std::move(*graph), std::make_unique<ImageLink>(entry, image, error));
  return error.empty();
}

}  // namespace tightloop::jit
