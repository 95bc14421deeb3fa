/* What the class @package@.@Class@ calls. Arrays come as direct buffers, which are not copied. */
#include <jni.h>

#include "@name@.h"

static void raise_error(JNIEnv *env, int code) {
  jclass kind = (*env)->FindClass(env, "java/lang/IllegalStateException");
  if (kind) (*env)->ThrowNew(env, kind, @name@_error(code));
}

JNIEXPORT jlong JNICALL Java_@jni@_nativeInit(JNIEnv *env, jclass class, jstring weights, jint threads) {
  @name@_network *network = NULL;
  int code = @NAME@_NO_FILE;
  (void)class;
  if (weights) {
    const char *path = (*env)->GetStringUTFChars(env, weights, NULL);
    if (!path) return 0;
    code = @name@_init(&network, path, threads);
    (*env)->ReleaseStringUTFChars(env, weights, path);
  } else {
#if defined(@NAME@_EMBEDDED)
    code = @name@_init_from_memory(&network, @name@_weights, @NAME@_WEIGHTS_BYTES, threads);
#endif
  }
  if (code) raise_error(env, code);
  return (jlong)(intptr_t)network;
}

JNIEXPORT void JNICALL Java_@jni@_nativeRun(JNIEnv *env, jclass class, jlong network, @jni_parameters@) {
  (void)class;
  const int code = @name@_@call@((@name@_network *)(intptr_t)network, @jni_arguments@);
  if (code) raise_error(env, code);
}

@jni_reset@JNIEXPORT void JNICALL Java_@jni@_nativeFree(JNIEnv *env, jclass class, jlong network) {
  (void)env;
  (void)class;
  @name@_free((@name@_network *)(intptr_t)network);
}
