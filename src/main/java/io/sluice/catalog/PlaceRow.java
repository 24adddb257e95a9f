package io.sluice.catalog;

/**
 * A distribution point of this site.
 *
 * @param name unique here
 * @param folder where it is, an absolute path
 * @param policy what it does with streams it cannot hold; a word of the room distributionpoint
 */
public record PlaceRow(String name, String folder, String policy) {}
