package org.example;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Kotlin makes of the class Tiny: static natives by the same names. Arguments: the library, weights or "", clip. */
public class Tiny {
  static native long nativeInit(String weights, int threads);

  static native void nativeRun(long network, Buffer clip, Buffer features, Buffer probabilities);

  static native void nativeFree(long network);

  public static void main(String[] words) throws Exception {
    System.load(words[0]);
    long network = nativeInit(words[1].isEmpty() ? null : words[1], 2);
    byte[] clip = Files.readAllBytes(Path.of(words[2]));
    ByteBuffer x = ByteBuffer.allocateDirect(clip.length).put(clip);
    FloatBuffer features = direct(6), probabilities = direct(3);
    nativeRun(network, x, features, probabilities);
    for (int i = 0; i < 3; i++) System.out.println(probabilities.get(i));
    said(() -> nativeRun(network, FloatBuffer.allocate(8), features, probabilities));
    said(() -> nativeInit("/none", 2));
    nativeFree(network);
  }

  static FloatBuffer direct(int count) {
    return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  static void said(Runnable call) {
    try {
      call.run();
    } catch (IllegalStateException error) {
      System.out.println(error.getMessage());
    }
  }
}
