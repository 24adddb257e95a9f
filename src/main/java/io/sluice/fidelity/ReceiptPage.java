package io.sluice.fidelity;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * Receipts as a page that a person reads: one file without scripts, pictures or anything from
 * elsewhere. Names are escaped and kept apart from the text around them, so that neither markup nor
 * a change of writing direction in a name reaches the page. Pure; safe from any thread.
 */
public final class ReceiptPage {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width">
      <title>Fidelity receipt</title>
      <style>
      :root { color-scheme: light dark; }
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.6rem; margin-bottom: 0; }
      .digest, td.path, td.what { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
      .digest { font-size: .85rem; opacity: .75; margin-top: .2rem; }
      .verdict { font-size: 1.15rem; padding: .6rem .9rem; border-left: .4rem solid #2a7d4f; }
      .verdict.less { border-color: #b3620b; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.5rem; }
      dt { opacity: .75; }
      dd { margin: 0; font-variant-numeric: tabular-nums; }
      table { border-collapse: collapse; width: 100%; font-size: .92rem; }
      th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
        border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, transparent); }
      .mapped { color: #2a6fb3; } .dropped { color: #8a6d00; } .refused { color: #b3320b; }
      @media (prefers-color-scheme: dark) {
        .mapped { color: #7db4ea; } .dropped { color: #dfc14a; } .refused { color: #f08a6a; }
      }
      </style>
      </head>
      <body>
      """;

  private static final String FATES =
      """
      <p><b class="mapped">mapped</b>: kept in another form that means the same.
      <b class="dropped">dropped</b>: the package's policy leaves it out.
      <b class="refused">refused</b>: it cannot be kept. Everything else is kept as it is.</p>
      """;

  private ReceiptPage() {}

  /** The page's bytes, UTF-8. */
  public static byte[] write(Receipt receipt) {
    StringBuilder page = new StringBuilder(HEAD);
    page.append("<h1>Fidelity receipt");
    if (!receipt.place().isEmpty()) {
      page.append(" at <bdi>");
      escape(page, receipt.place());
      page.append("</bdi>");
    }
    page.append("</h1>\n<p class=\"digest\">").append(receipt.manifest().hex()).append("</p>\n");
    boolean less = receipt.remarks().size() > 0;
    page.append("<p class=\"verdict").append(less ? " less" : "").append("\">");
    escape(page, receipt.sentence());
    page.append("</p>\n");
    has(page, receipt.has());
    if (less) {
      remarks(page, receipt.remarks());
    }
    return page.append("</body>\n</html>\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void has(StringBuilder page, Inventory has) {
    page.append("<h2>The version has</h2>\n<dl>\n");
    row(page, "files", has.entries().files());
    row(page, "directories", has.entries().directories());
    row(page, "symbolic links", has.entries().symlinks());
    row(page, "further names of files", has.entries().hardLinks());
    row(page, "named streams", has.streams());
    row(page, "bytes", has.bytes());
    for (Map.Entry<String, Long> property : has.properties().entrySet()) {
      row(page, "entries with " + property.getKey(), property.getValue());
    }
    page.append("</dl>\n");
  }

  private static void row(StringBuilder page, String what, long count) {
    page.append("<dt>");
    escape(page, what);
    page.append("</dt><dd>").append(String.format(Locale.ROOT, "%,d", count)).append("</dd>\n");
  }

  private static void remarks(StringBuilder page, Remarks remarks) {
    page.append("<h2>Not kept as it is</h2>\n").append(FATES);
    page.append("<table>\n<tr><th>entry<th>what<th>fate<th>why</tr>\n");
    for (Remarks.Line line : remarks.lines()) {
      Remark remark = line.remark();
      page.append("<tr><td class=\"path\"><bdi>");
      escape(page, line.path().toString());
      page.append("</bdi><td class=\"what\"><bdi>");
      escape(page, remark.what().isEmpty() ? "the entry" : remark.what());
      page.append("</bdi><td class=\"").append(remark.fate().word()).append("\">");
      page.append(remark.fate().word()).append("<td>");
      escape(page, remark.why());
      page.append("</tr>\n");
    }
    page.append("</table>\n");
    if (remarks.notListed() > 0) {
      page.append("<p>... and ").append(remarks.notListed()).append(" more.</p>\n");
    }
  }

  private static void escape(StringBuilder page, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> page.append("&amp;");
        case '<' -> page.append("&lt;");
        case '>' -> page.append("&gt;");
        case '"' -> page.append("&quot;");
        default -> page.append(c);
      }
    }
  }
}
