import java.io.File;
import java.util.Arrays;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/** Adds up Surefire's reports: failures and skipped tests with their reasons, then one line. */
class Totals {
  public static void main(String[] args) throws Exception {
    var reports = new File(args[0]).listFiles((_, name) -> name.matches("TEST-.*\\.xml"));
    int passed = 0;
    int failed = 0;
    int skipped = 0;
    var lines = new TreeMap<String, Integer>();
    for (File report : reports == null ? new File[0] : sorted(reports)) {
      var cases =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report)
              .getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        var test = (Element) cases.item(i);
        String name = test.getAttribute("classname") + "." + test.getAttribute("name");
        if (test.getElementsByTagName("failure").getLength() > 0
            || test.getElementsByTagName("error").getLength() > 0) {
          failed++;
          lines.merge("failed:  " + name, 1, Integer::sum);
        } else if (test.getElementsByTagName("skipped").getLength() > 0) {
          skipped++;
          var mark = (Element) test.getElementsByTagName("skipped").item(0);
          lines.merge("skipped: " + name + ": " + reason(mark), 1, Integer::sum);
        } else {
          passed++;
        }
      }
    }
    lines.forEach(
        (line, times) -> System.out.println(line + (times > 1 ? " (" + times + " times)" : "")));
    System.out.println(passed + failed + skipped + " tests ran or were skipped");
    System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
  }

  private static File[] sorted(File[] files) {
    Arrays.sort(files);
    return files;
  }

  /** Surefire keeps a disabled test's reason as the message, a failed assumption's in the trace. */
  private static String reason(Element mark) {
    String trace = mark.getTextContent().replaceFirst("(?s)\\R\\s*at .*", "");
    String said = mark.hasAttribute("message") ? mark.getAttribute("message") : trace;
    String reason =
        said.replaceFirst("^[\\w.$]+Exception: ", "").replaceFirst("^Assumption failed: ", "");
    return reason.isBlank() ? "no reason given" : reason.strip().replaceAll("\\s+", " ");
  }
}
