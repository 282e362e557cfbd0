// The owner of the array is the mapping.
#include "io/map_elements.hpp"

#include <memory>
#include <utility>

namespace tightloop::io {

Array map_elements(const InputFile& file, const ElementLayout& layout) {
  auto mapping = std::make_shared<MappedFile>(file);
  const ArrayView view = view_elements(mapping->data() + layout.offset, layout);
  return Array(std::shared_ptr<void>(std::move(mapping)), view);
}

}  // namespace tightloop::io
