package io.sluice.distributionpoint;

import static io.sluice.distributionpoint.TestSite.ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.TestContent;
import io.sluice.fidelity.Fate;
import io.sluice.fidelity.Receipt;
import io.sluice.fidelity.ReceiptJson;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PlaceReceiptTest {
  @Test
  void aPlaceSaysOfEachVersionItHasWhatItDoesNotHoldAsItIs() throws Exception {
    try (TestVolume volume = TestVolume.plain();
        TestSite site = new TestSite()) {
      Path folder = volume.root().resolve("dp");
      FolderPlace place = site.place(folder, StreamPolicy.SIDECAR);
      Manifest manifest =
          TestPackage.rich(1).stream("readme.txt", "200 KB", TestContent.noise(5, 200_000))
              .store(site.library);
      Placed placed = place.put(ID, 1, manifest);
      assertThat(placed.remarks().count(Fate.MAPPED)).isEqualTo(1);
      Path receipts = folder.resolve(".sluice/receipts");
      assertThat(ReceiptJson.read(Files.readAllBytes(receipts.resolve("CEN-12-v1.json")), "it"))
          .isEqualTo(Receipt.ofPlace(manifest, folder.toString(), placed.remarks()));
      assertThat(receipts.resolve("CEN-12-v1.html"))
          .content()
          .contains("readme.txt", "stream 200 KB", "kept in the sidecar");
      for (int version = 2; version <= 3; version++) {
        Manifest next = TestPackage.rich(version).store(site.library);
        place.put(ID, version, next);
      }
      assertThat(receipts.toFile().list())
          .containsExactlyInAnyOrder(
              "CEN-12-v2.json", "CEN-12-v2.html", "CEN-12-v3.json", "CEN-12-v3.html");
    }
  }
}
