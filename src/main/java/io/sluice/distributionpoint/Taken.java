package io.sluice.distributionpoint;

/**
 * What a build did not take from the content library.
 *
 * @param seedFiles files that seeds held
 * @param seedBytes their bytes
 * @param sharedBytes those of them that share their blocks with the seed
 * @param keptFiles files an interrupted build had finished
 * @param keptBytes their bytes
 */
public record Taken(
    long seedFiles, long seedBytes, long sharedBytes, long keptFiles, long keptBytes) {
  public static final Taken NOTHING = new Taken(0, 0, 0, 0, 0);
}
