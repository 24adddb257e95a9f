package io.sluice.transfer;

import io.sluice.content.Library;

/** The tests' own link keeps the contract too. */
class LibraryLinkTest extends SiteLinkContractTest {
  private LibraryLink link;

  @Override
  SiteLink linkTo(Library parent) {
    link = new LibraryLink(parent);
    return link;
  }

  @Override
  byte[] told() {
    return link.told();
  }
}
