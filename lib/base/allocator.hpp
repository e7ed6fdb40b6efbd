#pragma once

namespace dbw {

/// For programs that make and free millions of small blocks: freed ones are merged at once, not in passes over all of
/// them, and free memory is kept, that of large blocks as well. Once, before threads start.
void tune_allocator();

}  // namespace dbw
