package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
  private static final String HEADER = "{\"sluice\":\"manifest\",\"v\":0,\"chunking\":0}";
  private static final String ROOT = "{\"d\":[],\"m\":493,\"t\":[1,2]}";
  private static final String HASH = "ab".repeat(32);

  /** A manifest of these lines (with ' for ") between root and trailer. */
  private static String of(int entries, long streams, long bytes, int chunks, String... lines) {
    StringBuilder text = new StringBuilder(HEADER).append('\n').append(ROOT).append('\n');
    for (String line : lines) {
      text.append(line.replace('\'', '"')).append('\n');
    }
    return text
        + "{\"end\":{\"entries\":%d,\"streams\":%d,\"bytes\":%d,\"chunks\":%d}}\n"
            .formatted(entries, streams, bytes, chunks);
  }

  private static String empty(String name) {
    return "{'f':" + name + ",'m':1,'t':[0,0],'s':0}";
  }

  private static Manifest parse(String text) throws Failure {
    return ManifestReader.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Failure refusal(String text) {
    return refusal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Failure refusal(byte[] plain) {
    Failure failure = catchThrowableOfType(Failure.class, () -> ManifestReader.parse(plain));
    assertThat(failure).as("refused").isNotNull();
    assertThat(failure.isTemporary()).isFalse();
    return failure;
  }

  private static void corrupt(String text, String line, String reason) {
    Failure failure = refusal(text);
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_CORRUPT);
    assertThat(failure.why()).startsWith("line " + line + ": ").contains(reason);
  }

  @Test
  void readsTheSmallestManifest() throws Failure {
    Manifest manifest = parse(of(1, 0, 0, 0));
    assertThat(manifest.entries()).hasSize(1);
    assertThat(manifest.chunks()).isEmpty();
  }

  @Test
  void refusesBytesOfAnotherDigest() {
    byte[] plain = of(1, 0, 0, 0).getBytes(StandardCharsets.UTF_8);
    Digest other = Digest.of(new byte[0]);
    Failure failure = catchThrowableOfType(Failure.class, () -> ManifestReader.read(plain, other));
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_CORRUPT);
    assertThat(failure.what()).contains(other.hex());
    assertThat(failure.why()).contains(Digest.of(plain).hex());
  }

  @Test
  void skipsUnknownKeysAndUnknownLinesBetweenEntriesAndChunks() throws Failure {
    Manifest manifest =
        parse(
            of(
                2,
                0,
                1,
                1,
                "{'f':'a','z':{'y':[1,{}]},'m':1,'t':[0,0],'s':1,'q':null}",
                "{'later':[1,2,3],'and':true}",
                "{'c':'" + HASH + "','n':1,'more':1.5}"));
    assertThat(manifest.entries()).hasSize(2);
    assertThat(manifest.chunks()).containsExactly(new Frame.Chunk(Digest.parse(HASH), 1));
  }

  @Test
  void refusesUnknownLinesElsewhere() {
    corrupt(of(2, 0, 0, 0, "{'later':1}", empty("'a'")), "4", "after the part");
    corrupt(
        of(2, 0, 1, 1, "{'f':'a','m':1,'t':[0,0],'s':1}", "{'c':'" + HASH + "','n':1}", "{'z':1}"),
        "5",
        "after the part");
    corrupt(HEADER + "\n{\"later\":1}\n" + ROOT + "\n", "2", "no root");
  }

  @Test
  void saysTooNewWhateverElseANewerHeaderHolds() {
    for (String header :
        List.of(
            "{\"sluice\":\"manifest\",\"v\":1,\"chunking\":0}",
            "{\"sluice\":\"manifest\",\"v\":2,\"chunking\":\"fast\",\"x\":[]}",
            "{\"sluice\":\"manifest\",\"v\":0,\"chunking\":1}")) {
      Failure failure = refusal(header + "\n{\"any\":\"thing\"}\n");
      assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_NEW);
      assertThat(failure.why()).startsWith("line 1: ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "{}\n",
        "[]\n",
        "null\n",
        "{\"sluice\":\"pack\",\"v\":0,\"chunking\":0}\n",
        "{\"sluice\":\"manifest\",\"v\":-1,\"chunking\":0}\n",
        "{\"sluice\":\"manifest\",\"v\":0}\n",
        "{\"sluice\":\"manifest\",\"v\":\"0\"}\n",
        "{\"sluice\":\"manifest\",\"v\":0.0,\"chunking\":0}\n",
        "{\"v\":0}\n",
        "{\"sluice\":\"manifest\",\"v\":0,\"chunking\":0} \n",
        "\uFEFF{\"sluice\":\"manifest\",\"v\":0,\"chunking\":0}\n"
      })
  void refusesWhatHasNoHeader(String text) {
    Failure failure = refusal(text);
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_CORRUPT);
    assertThat(failure.why()).startsWith("line 1: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'f':'a','m':4096,'t':[0,0],'s':0}|m is out of bounds",
        "{'f':'a','m':-1,'t':[0,0],'s':0}|m is out of bounds",
        "{'f':'a','m':1,'t':[0,1000000000],'s':0}|t is out of bounds",
        "{'f':'a','m':1,'t':[9007199254740992,0],'s':0}|t is out of bounds",
        "{'f':'a','m':1,'t':[0,0],'s':9007199254740992}|s is out of bounds",
        "{'f':'a','m':1,'t':[0,0],'s':99999999999999999999}|not JSON",
        "{'f':'a','m':1,'t':[0,0],'s':1.0}|s wants an integer",
        "{'f':'a','m':1,'t':[0,0],'s':1e2}|s wants an integer",
        "{'f':'a','m':1,'t':[0,0],'s':01}|not JSON",
        "{'f':'a','m':1,'t':[0],'s':0}|t wants an integer",
        "{'f':'a','m':1,'t':[0,0,0],'s':0}|wrong length",
        "{'f':'a','m':1,'t':{},'s':0}|t wants a list",
        "{'f':'a','m':1,'t':[0,0]}|s is missing",
        "{'f':'a','t':[0,0],'s':0}|m is missing",
        "{'f':'a','m':1,'s':0}|t is missing",
        "{'f':'a','m':1,'m':1,'t':[0,0],'s':0}|not JSON: Duplicate",
        "{'f':'a','m':1,'t':[0,0],'s':0,'z':1,'z':2}|not JSON: Duplicate",
        "{'f':'a','m':1,'t':[0,0],'s':0,'z':{'y':1,'y':2}}|not JSON: Duplicate",
        "{'f':'a','m':1,'t':[0,0],'s':0}{'f':'b'}|two objects",
        "{'f':'','m':1,'t':[0,0],'s':0}|0 bytes",
        "{'f':'.','m':1,'t':[0,0],'s':0}|. or ..",
        "{'f':'..','m':1,'t':[0,0],'s':0}|. or ..",
        "{'f':'a/b','m':1,'t':[0,0],'s':0}|separator",
        "{'f':'\\u0000','m':1,'t':[0,0],'s':0}|zero byte",
        "{'f':'\\ud800','m':1,'t':[0,0],'s':0}|lone surrogate",
        "{'f':'\\udc00\\ud800','m':1,'t':[0,0],'s':0}|lone surrogate",
        "{'f':5,'m':1,'t':[0,0],'s':0}|neither a string nor base64",
        "{'f':{'b64':'YQ=='},'m':1,'t':[0,0],'s':0}|valid UTF-8",
        "{'f':{'b64':'/w'},'m':1,'t':[0,0],'s':0}|not canonical",
        "{'f':{'b64':'/x=='},'m':1,'t':[0,0],'s':0}|not canonical",
        "{'f':{'b64':'/w==','x':1},'m':1,'t':[0,0],'s':0}|neither",
        "{'f':{'b64':'*'},'m':1,'t':[0,0],'s':0}|base64",
        "{'f':{'raw':'/w=='},'m':1,'t':[0,0],'s':0}|neither",
        "{'f':'a','m':1,'t':[0,0],'s':0,'x':[]}|empty list",
        "{'f':'a','m':1,'t':[0,0],'s':0,'x':[['b',0],['a',0]]}|out of order",
        "{'f':'a','m':1,'t':[0,0],'s':0,'x':[['a',0],['a',0]]}|comes twice",
        "{'f':'a','m':1,'t':[0,0],'s':0,'x':[['a']]}|wants an integer",
        "{'f':'a','m':1,'t':[0,0],'s':0,'x':['a']}|wants a list"
      })
  void refusesEntriesThatAreNotCanonical(String line, String reason) {
    corrupt(of(2, 0, 0, 0, line), "3", reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'l':'a','m':1,'t':[0,0]}|to is missing",
        "{'l':'a','m':1,'t':[0,0],'to':''}|link target of 0 bytes",
        "{'h':'a','to':0}|no earlier file",
        "{'h':'a','to':1}|no earlier file",
        "{'h':'a','to':4294967296}|no earlier file",
        "{'h':'a'}|to is missing",
        "{'c':'abc','n':1}|64 lower-case",
        "{'c':7,'n':1}|not a string",
        "{'d':[],'m':1,'t':[0,0]}|root directory comes twice",
        "{'d':['a','b'],'m':1,'t':[0,0]}|before its parent",
        "{'sluice':'manifest','v':0,'chunking':0}|second header",
        "{'end':[]}|holds no object",
        "{'end':{'entries':1,'streams':0,'bytes':0,'chunks':1}}|does not fit",
        "{'end':{'entries':1,'streams':0,'bytes':0}}|chunks is missing"
      })
  void refusesLinksChunksAndTrailersThatAreNotCanonical(String line, String reason) {
    corrupt(of(2, 0, 0, 0, line), "3", reason);
  }

  @Test
  void refusesBytesThatAreNotUtf8AndControlCharacters() {
    byte[] plain = of(2, 0, 0, 0, empty("'caf?'")).getBytes(StandardCharsets.UTF_8);
    int at = new String(plain, StandardCharsets.UTF_8).indexOf('?');
    plain[at] = (byte) 0xe9;
    assertThat(refusal(plain).why()).startsWith("line 3: ").contains("UTF-8");
    plain[at] = 7;
    assertThat(refusal(plain).why()).startsWith("line 3: ").contains("control");
  }

  @Test
  void refusesOtherOrdersOfEntries() {
    corrupt(of(3, 0, 0, 0, empty("'b'"), empty("'a'")), "4", "out of order");
    corrupt(of(3, 0, 0, 0, empty("'a'"), empty("'a'")), "4", "twice");
    corrupt(of(3, 0, 0, 0, empty("'a'"), "{'d':['a'],'m':1,'t':[0,0]}"), "4", "twice");
    String link = "{'l':'a','m':1,'t':[0,0],'to':'b'}";
    corrupt(of(3, 0, 0, 0, link, "{'d':['a'],'m':1,'t':[0,0]}"), "4", "twice");
    corrupt(of(3, 0, 0, 0, link, "{'d':['a','b'],'m':1,'t':[0,0]}"), "4", "before its parent");
    String a = "{'d':['a'],'m':1,'t':[0,0]}";
    String ab = "{'d':['a','b'],'m':1,'t':[0,0]}";
    String b = "{'d':['b'],'m':1,'t':[0,0]}";
    corrupt(of(3, 0, 0, 0, b, a), "4", "out of order");
    corrupt(of(3, 0, 0, 0, a, a), "4", "twice");
    corrupt(of(4, 0, 0, 0, a, b, ab), "5", "after its parent's other children");
    corrupt(of(4, 0, 0, 0, a, ab, "{'d':['a','a'],'m':1,'t':[0,0]}"), "5", "out of order");
  }

  @Test
  void findsANameOfAFileAgainAmongLaterSubdirectories() throws Failure {
    String a = "{'d':['a'],'m':1,'t':[0,0]}";
    String ab = "{'d':['a','b'],'m':1,'t':[0,0]}";
    String b = "{'d':['b'],'m':1,'t':[0,0]}";
    assertThat(parse(of(5, 0, 0, 0, empty("'c'"), a, empty("'c'"), ab)).entries()).hasSize(5);
    corrupt(of(5, 0, 0, 0, empty("'b'"), empty("'c'"), a, b), "6", "twice");
    corrupt(of(6, 0, 0, 0, empty("'c'"), a, empty("'b'"), empty("'c'"), ab), "7", "twice");
  }

  @Test
  void comparesNamesByUnsignedBytes() throws Failure {
    // U+FFFF sorts after an emoji as UTF-16, before it as bytes.
    parse(of(4, 0, 0, 0, empty("'z'"), empty("'\uffff'"), empty("'😀'")));
    corrupt(of(3, 0, 0, 0, empty("'😀'"), empty("'\uffff'")), "4", "out of order");
  }

  @Test
  void refusesSumsThatDoNotFit() {
    String file = "{'f':'a','m':1,'t':[0,0],'s':10,'x':[['s',5]]}";
    String chunk = "{'c':'" + HASH + "','n':%d}";
    corrupt(of(2, 1, 15, 1, file, chunk.formatted(14)), "5", "chunks of 14");
    corrupt(of(2, 1, 15, 1, file, chunk.formatted(16)), "4", "more bytes than the streams");
    corrupt(of(2, 1, 16, 1, file, chunk.formatted(15)), "5", "trailer does not fit");
    corrupt(of(2, 2, 15, 1, file, chunk.formatted(15)), "5", "trailer does not fit");
    corrupt(of(3, 1, 15, 1, file, chunk.formatted(15)), "5", "trailer does not fit");
    corrupt(of(2, 1, 15, 1, file, chunk.formatted(262_145)), "4", "n is out of bounds");
    corrupt(of(2, 1, 15, 1, file, chunk.formatted(0)), "4", "n is out of bounds");
    String huge = "{'f':%s,'m':1,'t':[0,0],'s':9007199254740991}";
    corrupt(of(3, 0, 0, 0, huge.formatted("'a'"), huge.formatted("'b'")), "4", "2^53");
  }

  @Test
  void refusesWhatFollowsTheTrailer() {
    String whole = of(1, 0, 0, 0);
    corrupt(whole + "{\"z\":1}\n", "4", "after the trailer");
    corrupt(whole + whole, "4", "header");
    corrupt(whole + "\n", "4", "");
    corrupt(whole.substring(0, whole.length() - 1), "3", "end within a line");
  }

  @Test
  void acceptsALineOfExactlyOneMebibyteAndRefusesALongerOne() throws Failure {
    String line = "{'f':'a','m':1,'t':[0,0],'s':0,'z':'%s'}";
    int room = Lines.LINE_BYTES_MAX - line.length() + 2 - 1;
    parse(of(2, 0, 0, 0, line.formatted("z".repeat(room))));
    Failure failure = refusal(of(2, 0, 0, 0, line.formatted("z".repeat(room + 1))));
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
    assertThat(failure.why()).startsWith("line 3: ");
    assertThat(refusal("z".repeat(3 << 20)).code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
  }

  @Test
  void refusesAPathDeeperThanTheLimit() throws Failure {
    List<String> lines = new ArrayList<>();
    StringBuilder path = new StringBuilder("'a'");
    for (int depth = 1; depth <= EntryPath.DEPTH_MAX; depth++) {
      lines.add("{'d':[" + path + "],'m':1,'t':[0,0]}");
      path.append(",'a'");
    }
    String[] deepest = lines.toArray(String[]::new);
    assertThat(parse(of(deepest.length + 1, 0, 0, 0, deepest)).entries().getLast().path().depth())
        .isEqualTo(EntryPath.DEPTH_MAX);
    for (String deeper : List.of(empty("'f'"), "{'d':[" + path + "],'m':1,'t':[0,0]}")) {
      lines.add(deeper);
      Failure failure = refusal(of(lines.size() + 1, 0, 0, 0, lines.toArray(String[]::new)));
      assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
      lines.removeLast();
    }
  }

  @Test
  void refusesMorePlainBytesThanTheLimit() {
    byte[] plain = of(1, 0, 0, 0).getBytes(StandardCharsets.UTF_8);
    ManifestReader.Visitor nobody =
        new ManifestReader.Visitor() {
          @Override
          public void entry(Entry entry) {}

          @Override
          public void chunk(Frame.Chunk chunk) {}
        };
    Failure failure =
        catchThrowableOfType(
            Failure.class,
            () -> ManifestReader.read(new ByteArrayInputStream(plain), nobody, plain.length - 1));
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
  }
}
