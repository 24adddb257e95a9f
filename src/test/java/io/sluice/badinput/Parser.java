package io.sluice.badinput;

import io.sluice.capture.CaptureReadings;
import io.sluice.content.ContentReadings;
import io.sluice.distributionpoint.SidecarReadings;
import io.sluice.exchange.ExchangeReadings;
import io.sluice.failure.Failure;
import io.sluice.fidelity.ReceiptReadings;
import io.sluice.filesystem.AttributeReadings;
import io.sluice.manifest.ManifestReadings;
import io.sluice.status.StatusReadings;
import io.sluice.transfer.TransferReadings;
import io.sluice.trust.TrustReadings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Every parser of bytes that come from a disk, an archive or another site. */
enum Parser {
  MANIFEST(ManifestReadings::manifest),
  STORED_MANIFEST(ManifestReadings::stored),
  PACK(ContentReadings::pack),
  FRAME(ContentReadings::frame),
  INDEX_RUN(ContentReadings::indexRun),
  DOCUMENT(ContentReadings::document),
  LIMITS(ContentReadings::limits),
  SCAN_CACHE(CaptureReadings::scanCache),
  RECEIPT(ReceiptReadings::receipt),
  SIDECAR(SidecarReadings::sidecar),
  ATTRIBUTE(AttributeReadings::attribute),
  TAR(ExchangeReadings::tar),
  WIM(ExchangeReadings::wim),
  VERSION_RECORD(TrustReadings::record),
  TRUSTED_KEYS(TrustReadings::keys),
  ENROLMENT_TOKEN(TrustReadings::token),
  SITE_MESSAGE(TransferReadings::message),
  SEGMENTS(TransferReadings::segments),
  ORDINALS(TransferReadings::ordinals),
  FACTS(StatusReadings::facts);

  private static final Path SEEDS = Path.of("src/test/resources/badinput");

  /** A reference to a method: it has no state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Reading reading;

  Parser(Reading reading) {
    this.reading = reading;
  }

  /** The name of its folders. */
  String folder() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Where the inputs are that are kept for it. */
  Path seeds() {
    return SEEDS.resolve(folder());
  }

  List<Path> seedFiles() throws IOException {
    try (Stream<Path> files = Files.list(seeds())) {
      return files.sorted().toList();
    }
  }

  /** Why the bytes were refused, if they were; any other exception is a defect. */
  Optional<Failure> refusal(byte[] bytes) {
    try {
      reading.read(bytes);
      return Optional.empty();
    } catch (Failure refusal) {
      return Optional.of(refusal);
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot fail", e);
    }
  }
}
