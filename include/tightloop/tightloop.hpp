// The whole public face of Tightloop.
#pragma once

#include "tightloop/array.hpp"
#include "tightloop/definitions.hpp"
#include "tightloop/dtype.hpp"
#include "tightloop/engine.hpp"
#include "tightloop/error.hpp"
#include "tightloop/event.hpp"
#include "tightloop/file_formats.hpp"
#include "tightloop/inspect.hpp"
#include "tightloop/language.hpp"
#include "tightloop/lazy.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/op.hpp"
#include "tightloop/source.hpp"
#include "tightloop/stream.hpp"
