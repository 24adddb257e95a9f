package io.sluice.filesystem;

/** Linux's error numbers as far as they are told apart (asm-generic/errno.h). */
final class Errno {
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EIO = 5;
  static final int ENXIO = 6;
  static final int E2BIG = 7;
  static final int EACCES = 13;
  static final int EEXIST = 17;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENOSPC = 28;
  static final int EROFS = 30;
  static final int EMLINK = 31;
  static final int ERANGE = 34;
  static final int ENAMETOOLONG = 36;
  static final int ENOSYS = 38;
  static final int ELOOP = 40;
  static final int ENODATA = 61;
  static final int EILSEQ = 84;
  static final int EOPNOTSUPP = 95;
  static final int ESTALE = 116;
  static final int EDQUOT = 122;

  private Errno() {}

  /** What an error number means, for messages. */
  static String text(int number) {
    return switch (number) {
      case EPERM -> "operation not permitted";
      case ENOENT -> "there is no such entry";
      case EIO -> "the disk reports an input or output error";
      case E2BIG -> "too large for the interface";
      case EACCES -> "permission denied";
      case EEXIST -> "something of that name exists already";
      case ENOTDIR -> "not a directory";
      case EISDIR -> "is a directory";
      case EINVAL -> "the file system does not accept it";
      case ENOSPC -> "no space left";
      case EROFS -> "the file system is read-only";
      case EMLINK -> "too many names of one file";
      case ERANGE -> "too long for the interface";
      case ENAMETOOLONG -> "the name is too long";
      case ENOSYS, EOPNOTSUPP -> "the file system does not support it";
      case ELOOP -> "a symbolic link stands there";
      case ENODATA -> "there is no such attribute";
      case EILSEQ -> "the name cannot be expressed on this file system";
      case ESTALE -> "the entry is gone from the server";
      case EDQUOT -> "the disk quota is used up";
      default -> "error number " + number;
    };
  }
}
