package io.sluice.siteserver;

/** The one entry point of the product. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    String version = Main.class.getPackage().getImplementationVersion();
    System.out.println("sluice " + (version == null ? "development" : version));
  }
}
