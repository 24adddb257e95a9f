package io.sluice.content;

import io.sluice.failure.Failure;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A measurement, not a test: how fast a folder's content is cut, hashed and framed, and how small
 * it becomes. Arguments: a folder, and optionally how often.
 */
final class ContentSpeed {
  private static final int BATCH_BYTES = 8 << 20;
  private static final int CONTENT_BYTES_MAX = 600 << 20;

  private final List<byte[]> batches = new ArrayList<>();
  private final ConcurrentHashMap<Digest, Boolean> seen = new ConcurrentHashMap<>();
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong cpu = new AtomicLong();
  private final AtomicLong raw = new AtomicLong();

  private ContentSpeed() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    ContentSpeed speed = new ContentSpeed();
    long bytes = speed.read(Path.of(arguments[0]));
    for (int round = 0; round < rounds; round++) {
      for (int threads = 1; threads <= 2; threads++) {
        speed.measure(bytes, threads);
      }
    }
  }

  /** Big files alone, cut at their ends; small ones together. */
  private long read(Path folder) throws IOException {
    long sum = 0;
    java.io.ByteArrayOutputStream small = new java.io.ByteArrayOutputStream();
    List<Path> files;
    try (Stream<Path> paths = Files.walk(folder)) {
      files = paths.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).toList();
    }
    for (Path file : files) {
      byte[] content = Files.readAllBytes(file);
      sum += content.length;
      if (content.length >= Chunker.BYTES_MAX || small.size() > BATCH_BYTES) {
        batches.add(small.toByteArray());
        small.reset();
      }
      if (content.length >= Chunker.BYTES_MAX) {
        batches.add(content);
      } else {
        small.write(content);
      }
      if (sum > CONTENT_BYTES_MAX) {
        break;
      }
    }
    batches.add(small.toByteArray());
    return sum;
  }

  private void measure(long bytes, int threads) throws Failure, InterruptedException {
    seen.clear();
    stored.set(0);
    cpu.set(0);
    raw.set(0);
    List<Job<Boolean>> jobs = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int first = i;
      jobs.add(() -> work(first, threads));
    }
    SystemClock clock = new SystemClock();
    long begin = clock.nanos();
    new Crews(threads).run(jobs);
    double seconds = (clock.nanos() - begin) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%d thread(s): %.0f MB, %.0f MB/s wall, %.0f MB/s a CPU second, stored %.2f MB (%.2f raw)%n",
        threads,
        bytes / 1e6,
        bytes / 1e6 / seconds,
        bytes / 1e6 / (cpu.get() / 1e9),
        stored.get() / 1e6,
        raw.get() / 1e6);
  }

  private boolean work(int first, int step) throws Failure, InterruptedException {
    ThreadMXBean bean = ManagementFactory.getThreadMXBean();
    long begin = bean.getCurrentThreadCpuTime();
    try (FrameCodec codec = new FrameCodec()) {
      FrameBuilder builder =
          new FrameBuilder(
              codec,
              frame -> {
                stored.addAndGet(FrameFormat.head(frame).length + frame.stored().length);
                raw.addAndGet(frame.codec() == Frame.Codec.RAW ? frame.stored().length : 0);
              });
      for (int i = first; i < batches.size(); i += step) {
        byte[] batch = batches.get(i);
        int at = 0;
        while (at < batch.length) {
          int length = Chunker.cut(batch, at, batch.length, true);
          Digest digest = Digest.of(batch, at, length);
          if (seen.putIfAbsent(digest, true) == null) {
            builder.add(new Frame.Chunk(digest, length), batch, at);
          }
          at += length;
        }
      }
      builder.flush();
    }
    cpu.addAndGet(bean.getCurrentThreadCpuTime() - begin);
    return true;
  }

  /** Platform threads, whose CPU time the virtual machine counts. */
  private record Crews(int workers) {
    void run(List<Job<Boolean>> jobs) throws Failure, InterruptedException {
      try (io.sluice.parallel.Crew crew = new OsThreads().crew("speed", workers, jobs.size())) {
        for (Job<Boolean> job : jobs) {
          crew.submit(job);
        }
        crew.finish();
      }
    }
  }
}
