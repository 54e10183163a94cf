#include "lib/iq2_block.wgsl"
