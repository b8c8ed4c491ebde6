"""Whether a name is one of a person who can be asked why, or of an account that anybody may sit at.

Source: 反电信网络诈骗法 art. 20 and 32 ask for a decision that somebody answers for; the login of a machine answers for nothing.
"""

import re
import unicodedata

# Logins that systems, clouds, containers and build machines give by themselves, and what software calls itself.
_LOGINS = """
admin administrator root super superuser sysadmin system localsystem localservice networkservice sys toor sudo wheel
user username users usr guest anonymous anon nobody none null noname unknown unnamed default public everyone someone somebody
ubuntu debian centos fedora almalinux rockylinux archlinux alpine opensuse suse redhat deepin kylin uos pi raspberry cloud
ec2user clouduser opc azureuser vagrant docker container podman node jovyan coder codespace vscode devcontainer
runner runneradmin githubrunner gitlabrunner actions githubactions ci cicd build builder buildbot jenkins teamcity travis circleci
daemon service svc app application web webmaster www wwwdata nginx apache httpd postgres mysql mongodb redis sqlite oracle
git ftp ssh sshd mail postmaster cron backup operator bot robot agent software program script fanzha
管理员 系统管理员 超级管理员 超级用户 系统 用户 普通用户 访客 来宾 匿名 无名 未知 默认 默认用户 公共账号 值班账号 软件 程序 机器人 反诈
"""
_GENERIC = frozenset(re.findall(r"\S+", _LOGINS))


def is_person(name: str) -> bool:
    """Whether `name` can be that of one person. A badge number can; a login such as root, admin2, CORP\\user or nobody cannot."""
    said = unicodedata.normalize("NFKC", name).casefold()
    said = re.split(r"[\\/]", said.partition("@")[0])[-1]  # a machine or domain around a login makes no person of it
    plain = re.sub(r"[\W_]", "", said)  # what is written between letters, seen or not, makes none either
    return bool(plain) and plain not in _GENERIC and re.sub(r"(?<=\D)\d+$", "", plain) not in _GENERIC
