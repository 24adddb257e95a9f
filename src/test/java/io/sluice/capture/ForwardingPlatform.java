package io.sluice.capture;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.NameCapacity;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.StreamCapacity;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Another platform, for tests that change what one method of it does. */
class ForwardingPlatform implements Platform {
  private final Platform to;

  ForwardingPlatform(Platform to) {
    this.to = to;
  }

  @Override
  public Facts facts(Path entry) throws Failure {
    return to.facts(entry);
  }

  @Override
  public boolean tellsEveryChange(Path directory, Path writable) {
    return to.tellsEveryChange(directory, writable);
  }

  @Override
  public List<Name> children(Path directory) throws Failure {
    return to.children(directory);
  }

  @Override
  public Path child(Path directory, Name name) throws Failure {
    return to.child(directory, name);
  }

  @Override
  public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
    return to.streams(entry, facts, keep);
  }

  @Override
  public InputStream read(Path file) throws Failure {
    return to.read(file);
  }

  @Override
  public InputStream readStream(Path entry, Name stream) throws Failure {
    return to.readStream(entry, stream);
  }

  @Override
  public StreamCapacity streamCapacity(Path directory) throws Failure {
    return to.streamCapacity(directory);
  }

  @Override
  public NameCapacity nameCapacity(Path directory) throws Failure {
    return to.nameCapacity(directory);
  }

  @Override
  public List<Name> unsupportedNames(Path directory, Collection<Name> names) throws Failure {
    return to.unsupportedNames(directory, names);
  }

  @Override
  public void createDirectory(Path directory) throws Failure {
    to.createDirectory(directory);
  }

  @Override
  public OutputStream createFile(Path file) throws Failure {
    return to.createFile(file);
  }

  @Override
  public void createSymlink(Path link, LinkTarget target) throws Failure {
    to.createSymlink(link, target);
  }

  @Override
  public void createHardLink(Path link, Path file) throws Failure {
    to.createHardLink(link, file);
  }

  @Override
  public OutputStream writeStream(Path entry, Stream stream) throws Failure {
    return to.writeStream(entry, stream);
  }

  @Override
  public void setAttributes(Path entry, Attributes attributes) throws Failure {
    to.setAttributes(entry, attributes);
  }

  @Override
  public Barrier barrier(Path directory) throws Failure {
    return to.barrier(directory);
  }
}
