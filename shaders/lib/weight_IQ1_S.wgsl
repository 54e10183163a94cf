#include "lib/iq1_block.wgsl"
