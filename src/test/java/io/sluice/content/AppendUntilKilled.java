package io.sluice.content;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.List;

/** A process of its own that appends chunks and says each one's number once it is appended. */
final class AppendUntilKilled {
  private AppendUntilKilled() {}

  /** The chunk of a number. */
  static byte[] chunk(int number) {
    return TestContent.text(number, 5_000 + number % 1000);
  }

  public static void main(String[] arguments) throws Failure {
    Library library = Library.open(new HostDisk(), Path.of(arguments[0]));
    ChunkStore.Intake intake = library.intake();
    try (FrameCodec codec = new FrameCodec()) {
      for (int number = 0; ; number++) {
        byte[] plain = chunk(number);
        Frame.Chunk chunk = new Frame.Chunk(Digest.of(plain), plain.length);
        if (intake.claim(chunk.digest())) {
          intake.append(codec.encode(List.of(chunk), plain, 0));
        }
        System.out.println(number);
        System.out.flush();
      }
    }
  }
}
