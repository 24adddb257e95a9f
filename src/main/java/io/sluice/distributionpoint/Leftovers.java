package io.sluice.distributionpoint;

/** What is done with files that an interrupted build of the same version left in a folder. */
enum Leftovers {
  /** There are none: the folder was empty. */
  NONE,
  /** Those that were finished are kept, to be read back with everything else. */
  KEEP,
  /** All are written anew: reading back showed that not all were what they seemed. */
  REPLACE
}
