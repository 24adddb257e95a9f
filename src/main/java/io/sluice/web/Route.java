package io.sluice.web;

import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request the administration port answers.
 *
 * @param method the HTTP method
 * @param path segments separated by slashes; a segment {@code *} takes any one word
 */
public record Route(String method, String path, Answer answer) {

  /** What answers: the words the path's stars took and the body; the result is written as JSON. */
  public interface Answer {
    Object to(List<String> words, AdminDoor.Body body) throws Failure, InterruptedException;
  }

  /** The words the stars took, or null if this is another request. */
  @Nullable List<String> match(String asked, String askedPath) {
    String[] mine = path.split("/", -1);
    String[] theirs = askedPath.split("/", -1);
    if (!method.equals(asked) || mine.length != theirs.length) {
      return null;
    }
    List<String> words = new ArrayList<>();
    for (int i = 0; i < mine.length; i++) {
      if (mine[i].equals("*")) {
        words.add(theirs[i]);
      } else if (!mine[i].equals(theirs[i])) {
        return null;
      }
    }
    return words;
  }
}
