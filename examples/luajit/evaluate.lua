-- The C face from another language: LuaJIT's FFI, with the declarations that the common job needs.
-- Run as: luajit evaluate.lua [path of libtightloop.so]
local ffi = require("ffi")
ffi.cdef [[
typedef struct tl_array tl_array;
typedef struct {
  size_t size; int32_t code, reserved;
  const char *message, *hint, *source; size_t span_begin, span_end; const char *picture;
} tl_error;
typedef struct {
  void *data; int32_t dtype, ndim; uint32_t flags; int32_t reserved;
  int64_t shape[16], strides[16];
} tl_tensor;
typedef struct { const char *name; tl_tensor tensor; const tl_array *array; } tl_variable;
int32_t tl_evaluate(const char *text, const tl_variable *variables, size_t variable_count,
                    const void *options, tl_array **results, size_t count, tl_error **error);
void tl_array_tensor(const tl_array *array, tl_tensor *tensor);
void tl_array_free(tl_array *array);
void tl_error_free(tl_error *error);
]]
local tl = ffi.load(arg[1] or "tightloop")

local dtypes = { "bool", "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t",
  "uint64_t", "uint16_t", "uint16_t", "float", "double" }
local code = { uint8 = 6, float32 = 12, float64 = 13 }

-- An array of the C library's memory; `kept` holds what it lives in.
local function array(dtype, values)
  local kept = ffi.new(dtypes[code[dtype]] .. "[?]", #values, values)
  return { kept = kept, dtype = code[dtype], count = #values }
end

-- Evaluates a text with one result; returns it as a table of numbers.
local function evaluate(text, arrays)
  local names = {}
  for name in pairs(arrays) do names[#names + 1] = name end
  local variables = ffi.new("tl_variable[?]", math.max(1, #names))
  for i, name in ipairs(names) do
    local a, v = arrays[name], variables[i - 1]
    v.name = name
    v.tensor.data, v.tensor.dtype, v.tensor.ndim = a.kept, a.dtype, 1
    v.tensor.shape[0] = a.count
  end
  local result, err = ffi.new("tl_array *[1]"), ffi.new("tl_error *[1]")
  if tl.tl_evaluate(text, variables, #names, nil, result, 1, err) ~= 0 then
    local picture = ffi.string(err[0].picture)
    tl.tl_error_free(err[0])
    error(picture, 0)
  end
  local tensor, out = ffi.new("tl_tensor"), {}
  tl.tl_array_tensor(result[0], tensor)
  local count = 1
  for i = 0, tensor.ndim - 1 do count = count * tonumber(tensor.shape[i]) end
  local data = ffi.cast(dtypes[tensor.dtype] .. " *", tensor.data)
  for i = 1, count do out[i] = tonumber(data[i - 1]) end
  tl.tl_array_free(result[0])
  return out
end

local a, b = array("uint8", { 3, 200, 7 }), array("uint8", { 10, 100, 9 })
print(table.concat(evaluate("a - b", { a = a, b = b }), " "))
print(evaluate("sum(abs(a - b))", { a = a, b = b })[1])
print(select(2, pcall(evaluate, "sqrt(aa)", { a = a })))
