@echo off
rem Starts Patchbay: "run" is the node itself, everything else is its command line.
setlocal
for %%I in ("%~dp0..") do set "DIST=%%~fI"
if defined JAVA_HOME (
  set "JAVA=%JAVA_HOME%\bin\java.exe"
) else (
  set "JAVA=java.exe"
)
set "VERSION="
for /f tokens^=2^ delims^=^" %%V in ('""%JAVA%" -version 2^>^&1"') do if not defined VERSION set "VERSION=%%V"
if not defined VERSION (
  echo patchbay: no Java found: install a Java runtime, 17 or newer, or set JAVA_HOME. 1>&2
  exit /b 1
)
for /f "delims=.-+" %%M in ("%VERSION%") do set "MAJOR=%%M"
if %MAJOR% LSS 17 (
  echo patchbay: Java %VERSION% is too old, 17 or newer is needed: install one, or set JAVA_HOME. 1>&2
  exit /b 1
)
if not "%~1"=="run" (
  "%JAVA%" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto %PATCHBAY_JAVA_OPTS% "-Dpatchbay.distribution=%DIST%" -cp "%DIST%\lib\*" io.patchbay.cli.Main %*
  exit /b
)
set "OPTIONS=-XX:+ExitOnOutOfMemoryError -XX:G1PeriodicGCInterval=60000 -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off"
if %MAJOR% GEQ 24 set "OPTIONS=%OPTIONS% -Xlog:aot=off --sun-misc-unsafe-memory-access=allow"
set "HOME_FOLDER=%DIST%\home"
if defined PATCHBAY_HOME set "HOME_FOLDER=%PATCHBAY_HOME%"
rem The launcher reads the arguments itself; this is for the archive of loaded classes in the home.
set "PREVIOUS="
for %%A in (%*) do call :argument "%%~A"
set "ARCHIVE=%HOME_FOLDER%\data\cache\classes-%MAJOR%.jsa"
if exist "%ARCHIVE%" set "OPTIONS=%OPTIONS% "-XX:SharedArchiveFile=%ARCHIVE%""
"%JAVA%" %OPTIONS% %PATCHBAY_JAVA_OPTS% -jar "%DIST%\lib\patchbay-launcher-@project.version@.jar" %*
exit /b

rem Both forms come as two words each: the equals sign parts words here.
:argument
if "%PREVIOUS%"=="--home" set "HOME_FOLDER=%~1"
set "PREVIOUS=%~1"
exit /b
