// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the machine answers to the callables of a state_dict.
#include "core/base/untrusted_text.h"
#include "core/formats/pickle_machine.h"

#include <fmt/format.h>

#include <iterator>

namespace espalier {

namespace {

struct KnownStorage
{
    std::string_view name;
    Dtype dtype;
};
constexpr KnownStorage kStorages[] = {{"FloatStorage", Dtype::F32}, {"HalfStorage", Dtype::F16},
    {"BFloat16Storage", Dtype::BF16}, {"DoubleStorage", Dtype::F64}, {"LongStorage", Dtype::I64},
    {"IntStorage", Dtype::I32}, {"ShortStorage", Dtype::I16}, {"CharStorage", Dtype::I8},
    {"ByteStorage", Dtype::U8}, {"BoolStorage", Dtype::Bool}};

std::optional<PickleValue> knownGlobal(std::string_view module, std::string_view name)
{
    PickleValue value{.kind = PickleValue::Kind::Callable};
    if (module == "torch") {
        for (const KnownStorage& storage : kStorages)
            if (name == storage.name)
                return PickleValue{.kind = PickleValue::Kind::StorageType, .dtype = storage.dtype};
        return std::nullopt;
    }
    if (module == "collections" && name == "OrderedDict")
        value.callable = PickleCallable::OrderedDict;
    else if (module == "torch._utils" && name == "_rebuild_tensor_v2")
        value.callable = PickleCallable::RebuildTensor;
    else if (module == "torch._utils" && name == "_rebuild_parameter")
        value.callable = PickleCallable::RebuildParameter;
    else
        return std::nullopt;
    return value;
}

} // namespace

Status PickleMachine::pushGlobal(std::string_view module, std::string_view name)
{
    if (std::optional<PickleValue> known = knownGlobal(module, name))
        return push(*std::move(known));
    return problem(fmt::format("wants {} of {}, which no list of tensors needs; nothing was run",
        inQuotes(name), inQuotes(module)));
}

Status PickleMachine::readGlobal()
{
    const std::optional<std::string_view> module = line();
    const std::optional<std::string_view> name = module ? line() : std::nullopt;
    return name ? pushGlobal(*module, *name) : Status(problem("ends too early"));
}

Status PickleMachine::stackGlobal()
{
    const auto names = take(2);
    if (!names || at(names->front()).kind != Kind::Text || at(names->back()).kind != Kind::Text)
        return problem("names a callable by something else than text");
    return pushGlobal(at(names->front()).text, at(names->back()).text);
}

/// ("storage", type, key, device, elements)
Status PickleMachine::loadStorage()
{
    const auto id = take(1);
    const PickleValue* const tuple = id ? &at(id->front()) : nullptr;
    const auto is = [&](std::size_t item, Kind kind) {
        return at(tuple->items[item]).kind == kind;
    };
    if (!tuple || tuple->kind != Kind::Tuple || tuple->items.size() != 5 || !is(0, Kind::Text)
        || at(tuple->items[0]).text != "storage" || !is(1, Kind::StorageType) || !is(2, Kind::Text)
        || !is(4, Kind::Integer) || at(tuple->items[4]).number < 0)
        return problem("refers to something else than a storage");
    return push({.kind = Kind::Storage,
        .number = at(tuple->items[4]).number,
        .items = {tuple->items[2]},
        .dtype = at(tuple->items[1]).dtype});
}

Status PickleMachine::reduce()
{
    const auto call = take(2);
    if (!call || at(call->front()).kind != Kind::Callable || at(call->back()).kind != Kind::Tuple)
        return problem("calls something that is no callable");
    const std::vector<std::uint32_t>& arguments = at(call->back()).items;
    switch (at(call->front()).callable) {
    case PickleCallable::OrderedDict:
        return arguments.empty() ? push({.kind = Kind::Dict})
                                 : Status(problem("fills an OrderedDict as torch does not"));
    case PickleCallable::RebuildTensor:
        return rebuildTensor(arguments);
    case PickleCallable::RebuildParameter:
        break;
    }
    if (arguments.empty() || at(arguments[0]).kind != Kind::Tensor)
        return problem("makes a parameter of something else than a tensor");
    m_stack.push_back(arguments[0]);
    return {};
}

/// (storage, offset, sizes, strides, requires_grad, hooks)
Status PickleMachine::rebuildTensor(const std::vector<std::uint32_t>& arguments)
{
    constexpr Kind kWanted[] = {Kind::Storage, Kind::Integer, Kind::Tuple, Kind::Tuple};
    bool fits = arguments.size() >= std::size(kWanted);
    for (std::size_t i = 0; fits && i < std::size(kWanted); ++i)
        fits = at(arguments[i]).kind == kWanted[i];
    if (!fits)
        return problem("makes a tensor of something else than a storage, sizes and strides");
    return push({.kind = Kind::Tensor,
        .number = at(arguments[1]).number,
        .items = {arguments[0], arguments[2], arguments[3]}});
}

/// A state_dict carries the versions of its modules as an attribute; we don't need them.
Status PickleMachine::build()
{
    const auto state = take(1);
    if (!state || available() == 0 || at(m_stack.back()).kind != Kind::Dict)
        return problem("sets the state of something that has none");
    return {};
}

} // namespace espalier
