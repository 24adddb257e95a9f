package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Stop;
import io.sluice.content.WholeFile;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Whose distribution point a folder is.
 *
 * @param site the site's code: two sites may have distribution points of one name
 * @param name the operator's name
 * @param notes where the site notes, in its own data, which folders it has taken: a folder that was
 *     taken and does not say so is not the one that is meant, but what is below its mount
 */
public record PlaceOwner(String site, String name, Path notes) {

  /** PLACE_UNAVAILABLE if this owner has taken the folder before. */
  void requireNew(Disk disk, Path folder) throws Failure {
    Path note = note(folder);
    if (disk.exists(note)) {
      throw Failure.temporary(
          Code.PLACE_UNAVAILABLE,
          "using the distribution point " + name + " in " + folder,
          "there is no .sluice/place.json, although this site has made one there",
          "mount it if it is not mounted, Sluice then goes on by itself; if it is really new and"
              + " empty, delete "
              + note);
    }
  }

  /** Notes, durably, that the folder says whose it is. */
  void note(Disk disk, Stop stop, Path folder) throws Failure {
    Path note = note(folder);
    if (!disk.exists(note)) {
      stop.createFolders(disk, notes);
      byte[] text = (name + "\n" + folder + "\n").getBytes(StandardCharsets.UTF_8);
      Path part = note.resolveSibling(note.getFileName() + ".new");
      WholeFile.put(disk, stop, part, note, writer -> writer.write(ByteBuffer.wrap(text)));
    }
  }

  /** A name and a folder are text of any kind: the file is called by their digest. */
  private Path note(Path folder) {
    byte[] text = (name + "\n" + folder).getBytes(StandardCharsets.UTF_8);
    return notes.resolve(Digest.of(text).hex());
  }
}
