package io.sluice.site;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A site and all sites known below it. Immutable; without cycles by construction: a site joins
 * below one that is there already, and no site is there twice.
 */
public final class SiteTree {
  /** How many levels a tree of sites may have below its root. */
  public static final int DEPTH_MAX = 32;

  private final SiteCode root;
  private final Map<SiteCode, SiteCode> parents;

  private SiteTree(SiteCode root, Map<SiteCode, SiteCode> parents) {
    this.root = root;
    this.parents = parents;
  }

  /** A site with nobody below it. */
  public static SiteTree of(SiteCode root) {
    return new SiteTree(root, Map.of());
  }

  /**
   * The tree below a site, whatever the order of the links.
   *
   * @param parents the parent of each site
   * @throws IllegalArgumentException if a link does not lead to the root, or deeper than {@link
   *     #DEPTH_MAX}
   */
  public static SiteTree of(SiteCode root, Map<SiteCode, SiteCode> parents) {
    SiteTree tree = new SiteTree(root, Map.copyOf(parents));
    if (parents.containsKey(root)) {
      throw new IllegalArgumentException("the root " + root + " has a parent");
    }
    for (SiteCode site : parents.keySet()) {
      tree.depth(site);
    }
    return tree;
  }

  public SiteCode root() {
    return root;
  }

  /** True for the root and every site below it. */
  public boolean contains(SiteCode site) {
    return site.equals(root) || parents.containsKey(site);
  }

  /** All sites, the root included. */
  public Set<SiteCode> sites() {
    Set<SiteCode> all = new HashSet<>(parents.keySet());
    all.add(root);
    return all;
  }

  /** The parent of each site below the root. */
  public Map<SiteCode, SiteCode> parents() {
    return parents;
  }

  /** The sites whose parent this is, in order. */
  public List<SiteCode> children(SiteCode site) {
    return parents.entrySet().stream()
        .filter(link -> link.getValue().equals(site))
        .map(Map.Entry::getKey)
        .sorted()
        .collect(Collectors.toList());
  }

  /**
   * How many levels below the root a site stands.
   *
   * @throws IllegalArgumentException if it does not stand below the root
   */
  public int depth(SiteCode site) {
    int depth = 0;
    for (SiteCode at = site; !at.equals(root); depth++) {
      SiteCode above = parents.get(at);
      if (above == null || depth == DEPTH_MAX) {
        throw new IllegalArgumentException(site + " does not stand below " + root);
      }
      at = above;
    }
    return depth;
  }

  /**
   * This tree and one more site.
   *
   * @throws IllegalArgumentException if the site is there with another parent, the parent is not
   *     there, or the tree would be deeper than {@link #DEPTH_MAX}
   */
  public SiteTree with(SiteCode site, SiteCode parent) {
    if (parent.equals(parents.get(site))) {
      return this;
    }
    if (contains(site)) {
      throw new IllegalArgumentException("site " + site + " stands elsewhere already");
    }
    if (!contains(parent) || depth(parent) >= DEPTH_MAX) {
      throw new IllegalArgumentException("no site may join below " + parent);
    }
    Map<SiteCode, SiteCode> more = new HashMap<>(parents);
    more.put(site, parent);
    return new SiteTree(root, Map.copyOf(more));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SiteTree that && root.equals(that.root) && parents.equals(that.parents);
  }

  @Override
  public int hashCode() {
    return 31 * root.hashCode() + parents.hashCode();
  }

  @Override
  public String toString() {
    return root + " and below it " + parents;
  }
}
