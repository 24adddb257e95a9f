import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies a jar and gives classes compiled for Java 5 and older (the command line library's) the
 * form of Java 8, with stack maps. The JVM keeps no older classes in its ahead-of-time cache: each
 * start would load and verify them anew, a third of a second. Nothing else is changed; the same jar
 * gives the same copy.
 */
class ModernClasses {
  private static final int VERSION_AT = 6;

  /** The first version whose verifier reads stack maps, and does not guess. */
  private static final int STACK_MAPS = ClassFile.JAVA_7_VERSION;

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    Path to = Path.of(args[1]);
    Map<String, byte[]> contents = new LinkedHashMap<>();
    Path part = to.resolveSibling(to.getFileName() + ".part");
    try (ZipFile jar = new ZipFile(from.toFile())) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        try (InputStream in = jar.getInputStream(entry)) {
          contents.put(entry.getName(), in.readAllBytes());
        }
      }
      ClassFile form = form(contents);
      try (ZipOutputStream out =
          new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
        for (ZipEntry entry : Collections.list(jar.entries())) {
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setTimeLocal(entry.getTimeLocal());
          out.putNextEntry(copy);
          byte[] bytes = contents.get(entry.getName());
          out.write(isOldClass(entry.getName(), bytes) ? modern(form, bytes) : bytes);
          out.closeEntry();
        }
      }
    }
    Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isOldClass(String name, byte[] bytes) {
    return name.endsWith(".class")
        && ((bytes[VERSION_AT] & 0xff) << 8 | bytes[VERSION_AT + 1] & 0xff) < STACK_MAPS;
  }

  /** Stack maps need to know which class extends which. */
  private static ClassFile form(Map<String, byte[]> contents) {
    ClassHierarchyResolver inJar =
        ClassHierarchyResolver.ofResourceParsing(
            (ClassDesc type) -> {
              String descriptor = type.descriptorString();
              byte[] bytes =
                  contents.get(descriptor.substring(1, descriptor.length() - 1) + ".class");
              return bytes == null ? null : new ByteArrayInputStream(bytes);
            });
    ClassHierarchyResolver inJava =
        ClassHierarchyResolver.ofClassLoading(ClassLoader.getPlatformClassLoader());
    return ClassFile.of(
        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
        ClassFile.ClassHierarchyResolverOption.of(inJar.orElse(inJava)));
  }

  private static byte[] modern(ClassFile form, byte[] old) {
    ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
    return form.transformClass(form.parse(old), bodies.andThen(ModernClasses::version));
  }

  private static void version(ClassBuilder builder, ClassElement element) {
    if (element instanceof ClassFileVersion) {
      builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
    } else {
      builder.with(element);
    }
  }
}
