package io.patchbay.cli.transfer;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Opens a file of rows: unpacks what is compressed with gzip, passes over a byte order mark, and refuses what is not UTF-8 from the start. */
public final class SourceFile implements RowSource {
    private static final int LOOK_BYTES = 3;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Counted counted;
    private final ByteInput in;
    private final RowReader rows;

    private SourceFile(Counted counted, ByteInput in, RowReader rows) {
        this.counted = counted;
        this.in = in;
        this.rows = rows;
    }

    /** Closes {@code file} with itself, also if it fails. */
    public static SourceFile open(InputStream file, FileFormat format, RowForm form, CsvOptions csv)
            throws IOException {
        try {
            Counted counted = new Counted(file);
            ByteInput in = new ByteInput(withoutMark(unpacked(counted)));
            RowReader rows = switch (format) {
                case JSON -> new JsonValues(in, form);
                case JSONL -> new JsonLines(in, form);
                case CSV -> new CsvRows(in, form, csv);
            };
            return new SourceFile(counted, in, rows);
        } catch (EOFException | ZipException e) {
            file.close();
            throw FileFault.at(1, "The compressed file is damaged or ends too early.");
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static InputStream unpacked(InputStream file) throws IOException {
        InputStream buffered = new BufferedInputStream(file, BUFFER_BYTES);
        buffered.mark(LOOK_BYTES);
        boolean packed = buffered.read() == 0x1f && buffered.read() == 0x8b;
        buffered.reset();
        return packed ? new BufferedInputStream(new GZIPInputStream(buffered, BUFFER_BYTES)) : buffered;
    }

    private static InputStream withoutMark(InputStream text) throws IOException {
        text.mark(LOOK_BYTES);
        int first = text.read();
        int second = text.read();
        if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
            throw FileFault.at(
                    1, "The file is in UTF-16; 'iconv -f UTF-16 -t UTF-8' makes one of it that can be read.");
        }
        if (first != 0xef || second != 0xbb || text.read() != 0xbf) {
            text.reset();
        }
        return text;
    }

    @Override
    public @Nullable Row next() throws IOException {
        return rows.next();
    }

    @Override
    public long bytesRead() {
        return counted.bytes;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Read by one thread, asked by another. */
    private static final class Counted extends FilterInputStream {
        private volatile long bytes;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) {
                count(1);
            }
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read > 0) {
                count(read);
            }
            return read;
        }

        // One thread writes.
        @SuppressWarnings("NonAtomicVolatileUpdate")
        private void count(int more) {
            bytes += more;
        }
    }
}
