<#
Installs guide for this user on Windows 10 or later: programs and themes, and the daemon at logon. Run again it upgrades.
docs/install.md says what goes where.

  .\install.ps1                   build what lies beside this (Rust 1.95, a C compiler) and install it
  .\install.ps1 -From PLACE       install what was built elsewhere, its checksums compared: a folder, a .zip with its
                                  .zip.sha256, or the https address of such a .zip
  .\install.ps1 -Prefix DIR       install into DIR instead of %LOCALAPPDATA%\Programs\guide
  .\install.ps1 -NoDaemon         leave the daemon and the logon alone
  .\install.ps1 -Demo             then check the demo and say what was checked
  .\install.ps1 -Uninstall        remove what was installed; records and settings stay
  .\install.ps1 -Uninstall -Purge   remove these too; refused where headquarters lacks a record, unless -Yes
  .\install.ps1 -DryRun           with any of these: say what would be done, and do nothing

It never asks for an administrator and never changes PATH. Where scripts are not allowed:
  powershell -ExecutionPolicy Bypass -File install.ps1
#>
param(
    [string]$From = '',
    [string]$Prefix = '',
    [switch]$NoDaemon,
    [switch]$Demo,
    [switch]$Uninstall,
    [switch]$Purge,
    [switch]$Yes,
    [switch]$DryRun
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$Programs = 'guide.exe', 'guided.exe', 'guidedw.exe', 'guide-hub.exe'
$RunKey = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run'
$RunName = 'guide'
$Scratch = Join-Path ([IO.Path]::GetTempPath()) ('guide-install-' + [Guid]::NewGuid().ToString('N'))

# --- words ---------------------------------------------------------------------------------------------------------

$Chinese = (Get-UICulture).Name -like 'zh*'
$Lang = if ($Chinese) { 'zh' } else { 'en' }

function Say([string]$Zh, [string]$En) {
    if ($Chinese) { Write-Host $Zh } else { Write-Host $En }
}

# Ends the installation: what was begun is taken back on the way out.
function Fail([string]$Zh, [string]$En, [int]$Code = 1) {
    $script:ExitCode = $Code
    if ($Chinese) { throw "install.ps1: $Zh" } else { throw "install.ps1: $En" }
}

# --- small tools ---------------------------------------------------------------------------------------------------

# Runs a program to its end, without a window; what it says comes back with its code.
function Invoke-Program([string]$File, [string[]]$Arguments, [string]$GuideHome = '') {
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = $File
    $quoted = @($Arguments | ForEach-Object { if ($_ -match '[\s"]') { '"' + $_.Replace('"', '\"') + '"' } else { $_ } })
    $start.Arguments = $quoted -join ' '
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [Text.Encoding]::UTF8
    $start.StandardErrorEncoding = [Text.Encoding]::UTF8
    if ($GuideHome) { $start.EnvironmentVariables['GUIDE_HOME'] = $GuideHome }
    $process = [Diagnostics.Process]::Start($start)
    $said = $process.StandardOutput.ReadToEndAsync()
    $complained = $process.StandardError.ReadToEndAsync()
    $process.WaitForExit()
    @{ Code = $process.ExitCode; Out = $said.Result; Err = $complained.Result }
}

function Last-Line([string]$Text) {
    $lines = @($Text -split "`r?`n" | Where-Object { $_.Trim() })
    if ($lines.Count) { $lines[-1].Trim() } else { '' }
}

function Sha256([string]$File) { (Get-FileHash -Algorithm SHA256 -LiteralPath $File).Hash.ToLowerInvariant() }

function Make-Scratch {
    if (-not (Test-Path -LiteralPath $Scratch)) { [void](New-Item -ItemType Directory -Path $Scratch) }
}

# A receipt has a line for each file and for each folder that was made, from before it is there.
function Note([string]$Line) {
    $noted = @()
    if (Test-Path -LiteralPath $Receipt) { $noted = @(Get-Content -LiteralPath $Receipt -Encoding UTF8) }
    if (-not $noted.Count) { $noted = @('guide-receipt 1') }
    if ($noted -notcontains $Line) { $noted += $Line }
    [IO.File]::WriteAllLines($Receipt, [string[]]$noted)
}

function Make-Folder([string]$Folder) {
    if (Test-Path -LiteralPath $Folder -PathType Container) { return }
    $above = Split-Path -Parent $Folder
    if ($above) { Make-Folder $above }
    try { [void](New-Item -ItemType Directory -Path $Folder) }
    catch { Fail "建不了 $Folder：用 -Prefix 换一个文件夹" "cannot make ${Folder}: choose another folder with -Prefix" }
    $script:MadeFolders += $Folder
}

function Note-Folders {
    foreach ($folder in $script:MadeFolders) { Note "folder $folder" }
    $script:MadeFolders = @()
}

# --- where it comes from -------------------------------------------------------------------------------------------

function Build {
    if (-not (Test-Path -LiteralPath (Join-Path $Here 'Cargo.toml'))) {
        Fail '这里没有源代码：用 -From 指定安装来源' 'there are no sources here: say where from with -From'
    }
    if (-not (Get-Command cargo -ErrorAction SilentlyContinue)) {
        Fail '缺少 Rust：先从 https://rustup.rs 安装（1.95 或更新），再运行一次' `
            'Rust is missing: install it from https://rustup.rs (version 1.95 or later), then run this again'
    }
    Say '正在编译（第一次要几分钟）…' 'building (a few minutes the first time) ...'
    Push-Location -LiteralPath $Here
    try {
        & cargo build --release --locked -p guide -p guided -p guide-hub --features guided/windowless | Out-Host
        if ($LASTEXITCODE -ne 0) { Fail '编译失败' 'the build failed' }
    }
    finally { Pop-Location }
    $target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { Join-Path $Here 'target' }
    $stage = Join-Path $Scratch 'stage'
    [void](New-Item -ItemType Directory -Path (Join-Path $stage 'bin'), (Join-Path $stage 'themes'))
    foreach ($program in $Programs) { Copy-Item -LiteralPath (Join-Path $target "release\$program") -Destination (Join-Path $stage 'bin') }
    Copy-Item -Path (Join-Path $Here 'themes\*.toml') -Destination (Join-Path $stage 'themes')
    $stage
}

function Check-Address([string]$Address) {
    if ($Address -match '@') { Fail "网址里不能有 @：$Address" "an address must not hold an @: $Address" }
    if ($Address -match '^http://(127\.0\.0\.1|localhost|\[::1\])[:/]') { return }
    if ($Address -notmatch '^https://') { Fail '不用明文 http 下载：改用 https' 'nothing is fetched over plain http: use https' }
}

function Fetch([string]$Address, [string]$File) {
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    try { Invoke-WebRequest -UseBasicParsing -MaximumRedirection 0 -Uri $Address -OutFile $File }
    catch { Fail "下载失败：$Address" "cannot fetch $Address" }
}

function Unpack([string]$Archive, [string]$ChecksumFile) {
    $expected = ''
    if ((Get-Content -LiteralPath $ChecksumFile -TotalCount 1) -match '^([0-9a-fA-F]{64})') { $expected = $Matches[1].ToLowerInvariant() }
    if ($expected -ne (Sha256 $Archive)) {
        Fail "校验和不符，什么都没有安装：$Archive" "the checksum is wrong, nothing was installed: $Archive"
    }
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $zip = [IO.Compression.ZipFile]::OpenRead($Archive)
    try {
        foreach ($entry in $zip.Entries) {
            if ($entry.FullName -match '^[/\\]|:|(^|[/\\])\.\.([/\\]|$)') {
                Fail "压缩包里有越界的路径：$Archive" "the archive holds paths that lead out of it: $Archive"
            }
        }
    }
    finally { $zip.Dispose() }
    $unpacked = Join-Path $Scratch 'unpacked'
    Expand-Archive -LiteralPath $Archive -DestinationPath $unpacked
    $folders = @($unpacked) + @(Get-ChildItem -LiteralPath $unpacked -Directory | ForEach-Object { $_.FullName })
    foreach ($folder in $folders) { if (Test-Path -LiteralPath (Join-Path $folder 'SHA256SUMS')) { return $folder } }
    Fail "压缩包里没有 SHA256SUMS：$Archive" "the archive has no SHA256SUMS: $Archive"
}

# The names of a folder's files, each compared with its checksum; one that is missing or wrong stops the installation.
function Compare-Sums([string]$Stage) {
    $sums = Join-Path $Stage 'SHA256SUMS'
    if (-not (Test-Path -LiteralPath $sums)) {
        Fail "$Stage 里没有 SHA256SUMS：它由 tests/windows.sh pack 生成" "$Stage has no SHA256SUMS: tests/windows.sh pack makes it"
    }
    $names = @()
    foreach ($line in Get-Content -LiteralPath $sums) {
        if ($line -notmatch '^([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*)$') {
            Fail "$sums 里有不能识别的行" "$sums has a line that is not understood"
        }
        $sum, $name = $Matches[1], $Matches[2]
        $file = Join-Path $Stage $name.Replace('/', '\')
        if (-not (Test-Path -LiteralPath $file -PathType Leaf) -or (Sha256 $file) -ne $sum) {
            Fail "校验和不符，什么都没有安装：$name" "the checksum is wrong, nothing was installed: $name"
        }
        $names += $name
    }
    foreach ($program in $Programs) {
        if ($names -notcontains "bin/$program") { Fail "SHA256SUMS 没有列出 bin/$program" "SHA256SUMS does not list bin/$program" }
    }
}

function Find-Stage {
    if ($From -match '^[a-z]+://') {
        Check-Address $From
        if ($From -notmatch '\.zip$') { Fail '网址要指向 .zip' 'an address must be that of a .zip' }
        $archive = Join-Path $Scratch 'archive.zip'
        Fetch $From $archive
        Fetch "$From.sha256" "$archive.sha256"
        $stage = Unpack $archive "$archive.sha256"
    }
    elseif ($From -match '\.zip$') {
        if (-not (Test-Path -LiteralPath $From) -or -not (Test-Path -LiteralPath "$From.sha256")) {
            Fail "缺少 $From 或 $From.sha256" "$From or $From.sha256 is missing"
        }
        $stage = Unpack $From "$From.sha256"
    }
    else { $stage = $From }
    Compare-Sums $stage
    $stage
}

# --- the programs --------------------------------------------------------------------------------------------------

# Copies the programs beside their places and lets them show that they work on this machine.
function Try-Out([string]$Stage) {
    Make-Folder $Bin
    if (Test-Path -LiteralPath $New) { Remove-Item -LiteralPath $New -Recurse -Force }
    [void](New-Item -ItemType Directory -Path $New)
    foreach ($program in $Programs) {
        Copy-Item -LiteralPath (Join-Path $Stage "bin\$program") -Destination $New
        if ($program -eq 'guidedw.exe') { continue }
        $tried = Invoke-Program (Join-Path $New $program) @('--version')
        if ($tried.Code -ne 0) {
            $why = Last-Line $tried.Err
            Fail "$program 在这台机器上运行不了，什么都没有改动：$why" "$program does not run on this machine, nothing was changed: $why"
        }
    }
    $script:Version = (Invoke-Program (Join-Path $New 'guide.exe') @('--version')).Out.Trim()
    if ($NoDaemon) { return }
    # a daemon of its own in an empty home
    $tryHome = Join-Path $Scratch 'home'
    $guide = Join-Path $New 'guide.exe'
    $tried = Invoke-Program $guide @('--lang', $Lang, 'status') $tryHome
    [void](Invoke-Program $guide @('stop') $tryHome)
    if ($tried.Code -ne 0) {
        $why = Last-Line $tried.Err
        Fail "新版的后台程序没有应答，什么都没有改动：$why" "the daemon of $($script:Version) does not answer, nothing was changed: $why"
    }
}

# A program that runs cannot be written over, but it can be renamed: the old ones go aside, the new ones take their places.
function Swap {
    if (Test-Path -LiteralPath $Before) { Remove-Item -LiteralPath $Before -Recurse -Force -ErrorAction SilentlyContinue }
    if (Test-Path -LiteralPath $Before) { $script:Before = "$Before-" + [Guid]::NewGuid().ToString('N') }
    [void](New-Item -ItemType Directory -Path $Before)
    $script:Swapped = $true
    foreach ($program in $Programs) {
        $place = Join-Path $Bin $program
        Note "file $place"
        if (Test-Path -LiteralPath $place) { Move-Item -LiteralPath $place -Destination (Join-Path $Before $program) }
        Move-Item -LiteralPath (Join-Path $New $program) -Destination $place
    }
}

# The programs as they were before.
function Put-Back {
    $script:Swapped = $false
    $aside = Join-Path $Before 'failed'
    [void](New-Item -ItemType Directory -Force -Path $aside)
    foreach ($program in $Programs) {
        $place = Join-Path $Bin $program
        $old = Join-Path $Before $program
        if (Test-Path -LiteralPath $place) { Move-Item -Force -LiteralPath $place -Destination (Join-Path $aside $program) }
        if (Test-Path -LiteralPath $old) { Move-Item -LiteralPath $old -Destination $place }
    }
}

# Whether the daemon of what is installed serves this user's folders; why not, else an empty text.
function Why-Silent {
    $guide = Join-Path $Bin 'guide.exe'
    $stopped = Invoke-Program $guide @('stop', '--json')
    if ($stopped.Code -eq 0 -and $stopped.Out -match '"served": true') { $script:Served = $true }
    $answer = Invoke-Program $guide @('--lang', $Lang, 'status')
    if ($answer.Code -eq 0) { return '' }
    $why = Last-Line $answer.Err
    if ($why) { $why } else { "guide status: $($answer.Code)" }
}

function Restart-Daemon {
    $script:Served = $false
    $hadBefore = Test-Path -LiteralPath (Join-Path $Before 'guide.exe')
    $why = Why-Silent
    if ($why -and $hadBefore) {
        Put-Back
        $whyBefore = Why-Silent
        Fail "新版的后台程序没有应答，已换回原来的程序：$why" "the new daemon does not answer, the programs are those from before: $why"
    }
    if ($why) { Say "已安装，但后台程序不能为这个用户服务：$why" "installed, but the daemon cannot serve this user: $why" }
}

# The daemon starts when this user logs on, without a window. With GUIDE_HOME it does not: the logon knows nothing of it.
function Start-At-Logon {
    if ($env:GUIDE_HOME) { return }
    if (-not (Test-Path $RunKey)) { [void](New-Item -Path $RunKey -Force) }
    Set-ItemProperty -Path $RunKey -Name $RunName -Value ('"' + (Join-Path $Bin 'guidedw.exe') + '"')
}

function Stop-At-Logon {
    $entry = Get-ItemProperty -Path $RunKey -Name $RunName -ErrorAction SilentlyContinue
    # another prefix's entry is not this one's to remove
    if ($entry -and $entry.$RunName -eq ('"' + (Join-Path $Bin 'guidedw.exe') + '"')) {
        if ($DryRun) { Say '会取消登录时启动' 'would no longer start at logon' }
        else { Remove-ItemProperty -Path $RunKey -Name $RunName }
    }
}

# --- installing ----------------------------------------------------------------------------------------------------

function Install-It {
    if ($DryRun) {
        if ($From) { Say "会取来 $From，核对校验和，安装到 $Prefix" "would take $From, compare its checksums, and install it in $Prefix" }
        else { Say "会编译 guide、guided 和 guide-hub，并安装到 $Prefix" "would build guide, guided and guide-hub, and install them in $Prefix" }
        if (-not $NoDaemon) { Say '会重新启动后台程序，检查它的应答，并在登录时启动它' 'would restart the daemon, see that it answers, and start it at logon' }
        return
    }
    Make-Scratch
    $stage = if ($From) { Find-Stage } else { Build }
    Make-Folder $Prefix
    Note-Folders
    Try-Out $stage
    Note-Folders
    Swap
    if (-not $NoDaemon) {
        Restart-Daemon
        Start-At-Logon
    }
    $script:Swapped = $false
    $themes = Join-Path $Prefix 'themes'
    Make-Folder $themes
    Note-Folders
    foreach ($theme in Get-ChildItem -Path (Join-Path $stage 'themes\*.toml')) {
        $place = Join-Path $themes $theme.Name
        Note "file $place"
        Copy-Item -LiteralPath $theme.FullName -Destination $place -Force
    }
    Say "已安装 $($script:Version)：$Prefix" "installed $($script:Version) in $Prefix"
    if (($env:PATH -split ';') -notcontains $Bin) {
        Say '要直接输入命令名，请运行一次（只改这个用户的 PATH），再打开新的终端：' 'to call them by name, run this once, which changes this user''s PATH, and open another terminal:'
        Write-Host "  [Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$Bin', 'User')"
    }
    if ($Demo) {
        & (Join-Path $Bin 'guide.exe') --lang $Lang demo --check
        if ($LASTEXITCODE -ne 0) { Fail '演示检查没有通过' 'the demo did not pass its check' }
    }
}

# --- removing ------------------------------------------------------------------------------------------------------

function May-Purge {
    if ($env:GUIDE_HOME) { Fail "GUIDE_HOME 指向 $env:GUIDE_HOME：请自己删除这个文件夹" "GUIDE_HOME is $env:GUIDE_HOME: remove that folder yourself" 3 }
    if (-not (Test-Path -Path (Join-Path $Data 'data\guides\*'))) { return }
    if ($DryRun) { Say '会先查看总部还没收到哪些记录' 'would look first which records headquarters lacks'; return }
    $missing = -1
    $guide = Join-Path $Bin 'guide.exe'
    if (Test-Path -LiteralPath $guide) {
        $status = Invoke-Program $guide @('status', '--json')
        if ($status.Code -eq 0 -and $status.Out -match '"n_unsent": (\d+)') {
            $missing = [int]$Matches[1]
            if ($status.Out -match '"n_rejected": (\d+)') { $missing += [int]$Matches[1] }
        }
    }
    if ($missing -eq 0) { return }
    if ($missing -lt 0) { Say '不知道总部是否收到了全部记录' 'whether headquarters has every record is not known' }
    else {
        Say "总部还没收到 $missing 条记录：" "headquarters lacks $missing records:"
        Write-Host (Invoke-Program $guide @('--lang', $Lang, 'outbox')).Out
    }
    if (-not $Yes) {
        Fail '没有删除任何东西：先 guide sync now，或用 -Yes 连同这些记录一起删除' `
            'nothing was removed: guide sync now first, or -Yes, which gives these records up' 3
    }
}

function Uninstall-It {
    if ($Purge) { May-Purge }
    if (-not (Test-Path -LiteralPath $Receipt)) { Say "$Prefix 里没有安装过 guide" "guide is not installed in $Prefix" }
    else {
        $noted = @(Get-Content -LiteralPath $Receipt -Encoding UTF8)
        $files = @($noted | Where-Object { $_ -like 'file *' } | ForEach-Object { $_.Substring(5) })
        if ($DryRun) { foreach ($file in $files) { Say "会删除 $file" "would remove $file" } }
        else {
            $guide = Join-Path $Bin 'guide.exe'
            if ((Test-Path -LiteralPath $guide) -and -not ($NoDaemon -and -not $Purge)) {
                $stopped = Invoke-Program $guide @('stop')
                if ($stopped.Code -ne 0) {
                    Fail '后台程序没有停止，什么都没有删除' 'the daemon was not stopped, nothing was removed'
                }
            }
            foreach ($file in $files) { if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force } }
            Get-ChildItem -Path $Bin -Filter '.guide.*' -Force -ErrorAction SilentlyContinue | Remove-Item -Recurse -Force -ErrorAction SilentlyContinue
            Remove-Item -LiteralPath $Receipt -Force
            # the deepest first; one in which something else lies stays
            $folders = @($noted | Where-Object { $_ -like 'folder *' } | ForEach-Object { $_.Substring(7) } | Sort-Object -Descending)
            foreach ($folder in $folders) {
                if ((Test-Path -LiteralPath $folder) -and -not @(Get-ChildItem -LiteralPath $folder -Force).Count) { Remove-Item -LiteralPath $folder }
            }
            Say "已卸载 guide：$Prefix" "guide is uninstalled from $Prefix"
        }
    }
    Stop-At-Logon
    foreach ($folder in @($Data, $Settings)) {
        if (-not (Test-Path -LiteralPath $folder)) { continue }
        if (-not $Purge) { Say "记录和设置还在：$folder" "records and settings stay: $folder" }
        elseif ($DryRun) { Say "会删除 $folder" "would remove $folder" }
        else {
            Remove-Item -LiteralPath $folder -Recurse -Force
            Say "已删除 $folder" "removed $folder"
        }
    }
}

# -------------------------------------------------------------------------------------------------------------------

$ExitCode = 0
$Swapped = $false
$Served = $false
$Version = ''
$MadeFolders = @()
$Here = $PSScriptRoot
if (-not $Prefix) { $Prefix = Join-Path $env:LOCALAPPDATA 'Programs\guide' }
$Prefix = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Prefix)
$Bin = Join-Path $Prefix 'bin'
$Receipt = Join-Path $Prefix 'receipt'
$New = Join-Path $Bin '.guide.new'
$Before = Join-Path $Bin '.guide.before'
$Data = Join-Path $env:LOCALAPPDATA 'guide'
$Settings = Join-Path $env:APPDATA 'guide'

try {
    if ($Purge -and -not $Uninstall) { Fail '-Purge 要和 -Uninstall 一起用' '-Purge goes with -Uninstall' 2 }
    # what was packed brings this file along
    if (-not $From -and (Test-Path -LiteralPath (Join-Path $Here 'SHA256SUMS')) -and -not (Test-Path -LiteralPath (Join-Path $Here 'Cargo.toml'))) { $From = $Here }
    if ($Uninstall) { Uninstall-It } else { Install-It }
}
catch {
    if ($ExitCode -eq 0) { $ExitCode = 1 }
    [Console]::Error.WriteLine($_.Exception.Message)
}
finally {
    if ($Swapped) { Put-Back }
    # a program from before that still runs, as an open interface does, keeps its file until the next installation
    foreach ($folder in @($New, $Before, $Scratch)) {
        if (Test-Path -LiteralPath $folder) { Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction SilentlyContinue }
    }
    # folders of an installation that did not begin
    foreach ($folder in @($MadeFolders | Sort-Object -Descending)) { Remove-Item -LiteralPath $folder -ErrorAction SilentlyContinue }
}
exit $ExitCode
