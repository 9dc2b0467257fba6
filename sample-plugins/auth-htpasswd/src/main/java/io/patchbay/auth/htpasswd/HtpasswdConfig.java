package io.patchbay.auth.htpasswd;

/** The component's configuration, of the PID {@value #PID}. */
public @interface HtpasswdConfig {
    String PID = "io.patchbay.auth.htpasswd";

    /** The file, from the home folder on. */
    String file() default "conf/htpasswd";
}
