package @package@

import java.io.Closeable
import java.nio.Buffer
import java.nio.ByteBuffer
import java.nio.ByteOrder
@imports@

/**
 * The network @run@ for @target@, written by @made@.
 *
@about@
 *
 * Fill the inputs, call [@call@] and read the results; all of them are direct buffers that an instance keeps. An instance
 * is used by one thread at a time. Errors are IllegalStateException.
 *
 * @param weights the path of @name@.weights; null where the weights are embedded in the library
 * @param threads how many threads compute, from 1 to 64
 */
class @Class@(weights: String?, threads: Int = 4) : Closeable {
    private var network = nativeInit(weights, threads)
@fields@

    /** @kotlin_about@ */
    fun @call@() {
        check(network != 0L) { "the network is closed" }
        nativeRun(network, @names@)
    }
@kotlin_reset@
    /** Ends the threads and gives the memory back. */
    override fun close() {
        nativeFree(network)
        network = 0L
    }

    companion object {
        init {
            System.loadLibrary("@name@")
        }
@kotlin_labels@
        private fun direct(bytes: Int) = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())

        @JvmStatic private external fun nativeInit(weights: String?, threads: Int): Long

        @JvmStatic private external fun nativeRun(network: Long, @natives@)
@kotlin_native@
        @JvmStatic private external fun nativeFree(network: Long)
    }
}
