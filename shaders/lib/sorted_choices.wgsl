// Choices sorted by expert (sort_choices.wgsl): groups of up to GROUP choices of one expert, GROUP words each, of which those
// that a group does not need are NO_CHOICE. Experts come in ascending order; groups that the batch does not need are empty.
const GROUP = 8u;
const NO_CHOICE = 0xffffffffu;
